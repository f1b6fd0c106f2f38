#!/usr/bin/env python3
"""Holds the include graph against the layers: amqp <- persistence <- broker <- mgmt-ui.

usage: check_layers.py ROOT
Prints each violation as file:line and exits with 1 when there is one.
"""
import pathlib
import re
import sys

# What a layer may include of the repository, and which outside headers it may not.
LAYERS = {
    "amqp": (["amqp"], r"boost/asio|sys/socket\.h|sqlite3\.h|thread$|mutex$|fstream$"),
    "persistence": (["amqp", "persistence"], r"boost/asio|sys/socket\.h"),
    "broker": (["amqp", "persistence", "broker"], None),
    "mgmt-ui": (["amqp", "persistence", "broker", "mgmt-ui"], None),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


def violations(root, layer, path, graph):
    allowed, forbidden = LAYERS[layer]
    name = str(path.relative_to(root))
    for number, quoted, target in includes(path):
        if quoted:
            graph.setdefault(name, []).append(target)
            if target.split("/")[0] not in allowed:
                yield f"{name}:{number}: {layer} may not include {target}"
            elif not (root / target).is_file():
                yield f"{name}:{number}: {target} is not a file of the repository"
        elif forbidden and re.match(forbidden, target):
            yield f"{name}:{number}: {layer} may not use <{target}>"


def cycles(graph):
    done, path = set(), []

    def visit(name):
        if name in path:
            yield "include cycle: " + " -> ".join(path[path.index(name):] + [name])
        elif name not in done:
            path.append(name)
            for target in graph.get(name, []):
                yield from visit(target)
            done.add(path.pop())

    for name in sorted(graph):
        yield from visit(name)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    graph, found, files = {}, [], 0
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in (".h", ".cc"):
                files += 1
                found += violations(root, layer, path, graph)
    found += cycles(graph)
    print("\n".join(found) or f"{files} files, no violation")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())

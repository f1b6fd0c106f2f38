"""The set-up of the recordings (management API requests) as a definitions file that a broker loads at start."""

import base64
import hashlib
import json
import os
import urllib.parse

_EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


def password_hash(password):
    """The default scheme of RabbitMQ: base64 of a salt of 4 octets and SHA-256 of salt and password."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


class Definitions:
    def __init__(self):
        self.users, self.vhosts, self.permissions, self.topic_permissions = {}, {}, [], []
        self.add_vhost("/")
        self.add_user("guest", {"password": "guest", "tags": "administrator"})
        self.add_permissions("/", "guest", _EVERYTHING)

    def add_user(self, name, body):
        digest = password_hash(body["password"]) if "password" in body else body["password_hash"]
        tags = [tag for tag in body.get("tags", "").split(",") if tag]
        self.users[name] = {"name": name, "password_hash": digest, "tags": tags, "limits": {},
                            "hashing_algorithm": "rabbit_password_hashing_sha256"}

    def add_vhost(self, name, _body=None):
        self.vhosts[name] = {"name": name, "limits": {}}

    def add_permissions(self, vhost, user, body):
        self.permissions.append({"user": user, "vhost": vhost, **body})

    def add_topic_permissions(self, vhost, user, body):
        self.topic_permissions.append({"user": user, "vhost": vhost, **body})

    def limit_user(self, user, limit, body):
        self.users[user]["limits"][limit] = body["value"]

    def limit_vhost(self, vhost, limit, body):
        self.vhosts[vhost]["limits"][limit] = body["value"]

    def apply(self, step):
        """One request of the set-up. KeyError when its path is of no known kind."""
        parts = [urllib.parse.unquote(part) for part in step["path"].split("/")[2:]]
        body = step.get("body", {})
        {"users": self.add_user, "vhosts": self.add_vhost, "permissions": self.add_permissions,
         "topic-permissions": self.add_topic_permissions, "user-limits": self.limit_user,
         "vhost-limits": self.limit_vhost}[parts[0]](*parts[1:], body)

    def as_json(self):
        parameters = [{"component": "vhost-limits", "name": "limits", "vhost": name,
                       "value": vhost["limits"]}
                      for name, vhost in self.vhosts.items() if vhost["limits"]]
        return {"users": list(self.users.values()), "vhosts": list(self.vhosts.values()),
                "permissions": self.permissions, "topic_permissions": self.topic_permissions,
                "parameters": parameters, "global_parameters": [], "policies": [], "queues": [],
                "exchanges": [], "bindings": []}


def write(setup, path):
    definitions = Definitions()
    for step in setup:
        definitions.apply(step)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(definitions.as_json(), file, indent=1)

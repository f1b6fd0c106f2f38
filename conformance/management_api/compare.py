"""Is an answer the recorded one? Status and the bodies of errors have to be equal; of other bodies the names and
types of the fields: counters and times differ from run to run."""

# Names of these objects are data: only their presence counts.
_FREE = {"client_properties", "metadata", "definition", "arguments", "effective_policy_definition", "value",
         "cluster_state", "limits", "capabilities", "headers", "messages_by_priority"}


# Fields that come and go with time.
_FLEETING = {"idle_since"}

# Fields that RabbitMQ does not have, there or at all: docs/http-api.md.
_OWN = {"first_offset", "next_offset", "message_bytes", "oldest_ready_age_ms", "paused",
        "oldest_ready_age_ms_details", "dead_letter", "dead_letter_details", "dead_letters",
        "certificate_expires_at"}


def kind(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "text", list: "list", dict: "object", type(None): "null"}[type(value)]


def _merged(objects):
    """One object with the fields of all; a field that some lack is marked by None in the second set."""
    merged, always = {}, None
    for one in objects:
        always = set(one) if always is None else always & set(one)
        for key, value in one.items():
            if merged.get(key) in (None, [], {}):
                merged[key] = value
    return merged, always or set()


def _alike(recorded, answered):
    """null stands for something that another run may have; so does a word in a number's place ("unlimited")."""
    return recorded == answered or "null" in (recorded, answered)


def shape(recorded, answered, place=""):
    """Lines that say where the names or the types of fields differ."""
    if not _alike(kind(recorded), kind(answered)):
        return [f"{place or '/'}: {kind(answered)} in place of {kind(recorded)}"]
    if isinstance(recorded, dict) and isinstance(answered, dict):
        return _objects(recorded, set(recorded), answered, set(answered), place)
    if isinstance(recorded, list) and isinstance(answered, list):
        return _lists(recorded, answered, place)
    return []


def _lists(recorded, answered, place):
    if bool(recorded) != bool(answered):
        return [f"{place or '/'}: {len(answered)} entries in place of {len(recorded)}"]
    if not all(isinstance(one, dict) for one in recorded + answered):
        return []
    left, left_always = _merged(recorded)
    right, right_always = _merged(answered)
    return _objects(left, left_always, right, right_always, place + "/*")


def _objects(left, left_always, right, right_always, place):
    if place.rsplit("/", 1)[-1] in _FREE:
        return []
    found = [f"{place}/{key}: missing" for key in sorted(left_always - set(right) - _FLEETING)]
    found += [f"{place}/{key}: not recorded" for key in sorted(right_always - set(left) - _FLEETING - _OWN)]
    for key in sorted(set(left) & set(right)):
        found += shape(left[key], right[key], f"{place}/{key}")
    return found


def faults(request, answer):
    """What is wrong with the answer; none when it is as recorded."""
    if answer.status != request["status"]:
        return [f"status {answer.status} in place of {request['status']}: {answer.text[:200]}"]
    found = []
    for name, value in (request.get("response_headers") or {}).items():
        if name != "vary" and answer.header(name) != value:
            found.append(f"header {name}: {answer.header(name)!r} in place of {value!r}")
    if "expected" not in request:
        return found
    expected = request["expected"]
    if request["status"] >= 400 and isinstance(expected, dict):
        body = dict(answer.body) if isinstance(answer.body, dict) else answer.body
        if isinstance(body, dict):
            body.pop("errors", None)   # our own: every fault with its place
        return found + ([] if body == expected else [f"body {body!r} in place of {expected!r}"])
    return found + shape(expected, answer.body)

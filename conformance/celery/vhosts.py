"""kombu and virtual hosts: what it says of those that are not there or not allowed, and its manager (pyrabbit), which
makes them. Prints one line per part."""

import os
import urllib.parse

from amqp.exceptions import NotAllowed
from kombu import Connection

BROKER = os.environ.get("AMQP_URL", "amqp://guest:guest@localhost:5672/")
MANAGEMENT = urllib.parse.urlsplit(os.environ.get("MANAGEMENT_URL", "http://localhost:15672"))


def connection(vhost, user="guest", password="guest"):
    place = urllib.parse.urlsplit(BROKER)
    return Connection(f"amqp://{user}:{password}@{place.hostname}:{place.port}/{vhost}")


def refusal(*where):
    try:
        connection(*where).connect()
    except NotAllowed as error:
        return error.reply_text
    return "connected"


def expect(got, want):
    if got != want:
        raise AssertionError(f"got {got!r} instead of {want!r}")


def main():
    manager = connection("/").get_manager(hostname=MANAGEMENT.hostname, port=MANAGEMENT.port)
    manager.is_admin = True  # it looks for one tag where RabbitMQ has a list of them since 3.9
    expect(refusal("kombu"), "NOT_ALLOWED - vhost kombu not found")
    manager.create_vhost("kombu")
    manager.create_user("cook", "pw")
    expect(refusal("kombu", "cook", "pw"),
           "NOT_ALLOWED - access to vhost 'kombu' refused for user 'cook'")
    manager.set_vhost_permissions("kombu", "cook", ".*", ".*", ".*")
    expect("kombu" in manager.get_vhost_names(), True)
    expect(manager.is_alive("kombu"), True)
    print("part: made by the manager", flush=True)

    with connection("kombu", "cook", "pw") as cook:
        queue = cook.SimpleQueue("pot")
        queue.put({"a": 1})
        message = queue.get(timeout=10)
        expect(message.payload, {"a": 1})
        message.ack()
        queue.close()
    expect(manager.get_queue("kombu", "pot")["durable"], True)
    print("part: used", flush=True)

    manager.delete_user("cook")
    manager.delete_vhost("kombu")
    expect(refusal("kombu"), "NOT_ALLOWED - vhost kombu not found")
    print("part: deleted", flush=True)


if __name__ == "__main__":
    main()

"""Clients that publish and consume until standard input ends. usage: load.py PORT"""
import select
import sys
import threading
import time

import pika


def connect(name):
    return pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", int(sys.argv[1]), client_properties={"connection_name": name})
    )


stopping = threading.Event()
working = threading.Semaphore(0)


def publish(name, key, pause):
    connection = connect(name)
    channel = connection.channel()
    channel.confirm_delivery()
    number = 0
    while not stopping.is_set():
        channel.basic_publish("events", key, b'{"number": %d}' % number, pika.BasicProperties(delivery_mode=2))
        number += 1
        if number == 1:
            working.release()
        connection.sleep(pause())
    connection.close()


def in_bursts():
    return 0.003 if int(time.time() / 9) % 2 else 0.03


def steadily():
    return 0.02


def consume(name, queue, prefetch, pause):
    connection = connect(name)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=prefetch)

    def take(_, method, __, ___):
        connection.sleep(pause)
        channel.basic_ack(method.delivery_tag)

    channel.basic_consume(queue, take, consumer_tag=f"{name}-1")
    working.release()
    while not stopping.is_set():
        connection.process_data_events(0.2)
    connection.close()


workers = [
    threading.Thread(target=publish, args=("shop frontend", "order.paid", in_bursts)),
    threading.Thread(target=publish, args=("sign-up", "user.created", steadily)),
    threading.Thread(target=consume, args=("fulfilment", "orders", 20, 0.007)),
    threading.Thread(target=consume, args=("mailer", "mail.welcome", 5, 0.012)),
]
for worker in workers:
    worker.start()
for _ in workers:
    working.acquire()
print("working", flush=True)
while not select.select([sys.stdin], [], [], 1)[0]:
    pass
stopping.set()
for worker in workers:
    worker.join(10)

"""Replays requests to a RabbitMQ management API that were recorded, against a broker of ours."""

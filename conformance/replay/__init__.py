"""Plays recorded conversations with RabbitMQ against a running broker and judges every answer."""

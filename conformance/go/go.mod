module coney/conformance

go 1.19

require (
	github.com/rabbitmq/amqp091-go v1.9.0
	github.com/streadway/amqp v1.1.0
)

// Prints what arrives in the queue "hello", acknowledged automatically, until it is killed. Written for github.com/streadway/amqp.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/streadway/amqp"
)

func url() string {
	if url := os.Getenv("AMQP_URL"); url != "" {
		return url
	}
	return "amqp://guest:guest@localhost:5672/"
}

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %s", what, err)
	}
}

func main() {
	connection, err := amqp.Dial(url())
	must(err, "connect")
	defer connection.Close()
	channel, err := connection.Channel()
	must(err, "open a channel")
	defer channel.Close()
	queue, err := channel.QueueDeclare("hello", false, false, false, false, nil)
	must(err, "declare the queue")
	deliveries, err := channel.Consume(queue.Name, "", true, false, false, false, nil)
	must(err, "consume")
	for delivery := range deliveries {
		fmt.Printf("received %s\n", delivery.Body)
	}
}

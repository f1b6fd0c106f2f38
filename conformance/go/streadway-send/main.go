// Sends one message to the queue "hello". Written for github.com/streadway/amqp.
package main

import (
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
	message := amqp.Publishing{ContentType: "text/plain", Body: []byte("Hello World!")}
	must(channel.Publish("", queue.Name, false, false, message), "publish")
	log.Printf("sent %s", message.Body)
}

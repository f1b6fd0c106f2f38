package main

import (
	"fmt"
	"os"
	"reflect"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const patience = 10 * time.Second

func url() string {
	if url := os.Getenv("AMQP_URL"); url != "" {
		return url
	}
	return "amqp://guest:guest@localhost:5672/"
}

// session is one connection with one channel. Its steps keep the first error; the later ones then do nothing.
type session struct {
	connection *amqp.Connection
	*amqp.Channel
	err error
}

func open() *session {
	connection, err := amqp.Dial(url())
	if err != nil {
		return &session{err: err}
	}
	channel, err := connection.Channel()
	return &session{connection, channel, err}
}

func (s *session) close() {
	if s.connection != nil {
		s.connection.Close()
	}
}

func (s *session) do(what string, step func() error) {
	if s.err != nil {
		return
	}
	if err := step(); err != nil {
		s.err = fmt.Errorf("%s: %w", what, err)
	}
}

// queue declares a queue; an empty name asks for an exclusive one with a generated name.
func (s *session) queue(name string) string {
	s.do("declare queue "+name, func() error {
		declared, err := s.QueueDeclare(name, false, false, name == "", false, nil)
		name = declared.Name
		return err
	})
	return name
}

func (s *session) exchange(name, kind string) {
	s.do("declare exchange "+name, func() error {
		return s.ExchangeDeclare(name, kind, false, false, false, false, nil)
	})
}

func (s *session) bind(queue, key, exchange string) {
	s.do("bind "+queue, func() error { return s.QueueBind(queue, key, exchange, false, nil) })
}

func (s *session) publish(exchange, key string, message amqp.Publishing) {
	s.do("publish to "+exchange, func() error { return s.Publish(exchange, key, false, false, message) })
}

func (s *session) consume(queue string, autoAck bool) <-chan amqp.Delivery {
	var deliveries <-chan amqp.Delivery
	s.do("consume from "+queue, func() (err error) {
		deliveries, err = s.Consume(queue, "", autoAck, false, false, false, nil)
		return err
	})
	return deliveries
}

// next waits for one delivery.
func (s *session) next(deliveries <-chan amqp.Delivery) (delivery amqp.Delivery) {
	s.do("wait for a delivery", func() error {
		select {
		case received, open := <-deliveries:
			if !open {
				return fmt.Errorf("the consumer ended")
			}
			delivery = received
			return nil
		case <-time.After(patience):
			return fmt.Errorf("nothing arrived within %s", patience)
		}
	})
	return delivery
}

func (s *session) deleteQueues(names ...string) {
	for _, name := range names {
		s.do("delete queue "+name, func() error {
			_, err := s.QueueDelete(name, false, false, false)
			return err
		})
	}
}

func (s *session) deleteExchange(name string) {
	s.do("delete exchange "+name, func() error { return s.ExchangeDelete(name, false, false) })
}

func text(body string) amqp.Publishing { return amqp.Publishing{Body: []byte(body)} }

func expect(got, want any) error {
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("got %v instead of %v", got, want)
	}
	return nil
}

func (s *session) expect(got, want any) {
	s.do("compare", func() error { return expect(got, want) })
}

func firstError(sessions ...*session) error {
	for _, each := range sessions {
		if each.err != nil {
			return each.err
		}
	}
	return nil
}

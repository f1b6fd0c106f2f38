package main

import (
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func guaranteeChecks() []check {
	return []check{
		{"confirms: 1000 publishes are confirmed in order", confirms},
		{"mandatory: an unroutable message is returned before its confirm", returns},
		{"tx: a commit publishes, a rollback forgets", transactions},
		{"consumer cancel notification: told when the queue is deleted", cancelNotification},
		{"errors: a channel error has code and text and leaves the connection", channelError},
		{"errors: a wrong password is refused", wrongPassword},
	}
}

func confirms() error {
	s := open()
	defer s.close()
	s.queue("confirmed")
	const count = 1000
	confirmations := make(chan amqp.Confirmation, count)
	s.do("confirm", func() error {
		s.NotifyPublish(confirmations)
		return s.Confirm(false)
	})
	for i := 0; i < count; i++ {
		s.publish("", "confirmed", amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("m")})
	}
	for tag := uint64(1); tag <= count && s.err == nil; tag++ {
		s.do("wait for a confirm", func() error {
			select {
			case got := <-confirmations:
				return expect(got, amqp.Confirmation{DeliveryTag: tag, Ack: true})
			case <-time.After(patience):
				return fmt.Errorf("confirm %d is missing", tag)
			}
		})
	}
	s.deleteQueues("confirmed")
	return s.err
}

func returns() error {
	s := open()
	defer s.close()
	var events []string
	returned, confirmed := make(chan amqp.Return), make(chan amqp.Confirmation)
	s.do("confirm", func() error {
		s.NotifyReturn(returned)
		s.NotifyPublish(confirmed)
		return s.Confirm(false)
	})
	s.do("publish", func() error { return s.Publish("", "nowhere", true, false, text("lost")) })
	for s.err == nil && len(events) < 2 {
		select {
		case r := <-returned:
			events = append(events, fmt.Sprintf("%d %s %s", r.ReplyCode, r.ReplyText, r.Body))
		case c := <-confirmed:
			events = append(events, fmt.Sprintf("confirm %v", c.Ack))
		case <-time.After(patience):
			return fmt.Errorf("only %v arrived", events)
		}
	}
	s.expect(events, []string{"312 NO_ROUTE lost", "confirm true"})
	return s.err
}

func transactions() error {
	s := open()
	defer s.close()
	s.queue("tx")
	s.do("tx.select", s.Tx)
	s.publish("", "tx", text("forgotten"))
	s.do("tx.rollback", s.TxRollback)
	s.publish("", "tx", text("kept"))
	s.do("tx.commit", s.TxCommit)
	s.do("get", func() error {
		message, ok, err := s.Get("tx", true)
		if err != nil || !ok {
			return fmt.Errorf("no message: %v", err)
		}
		return expect([]any{string(message.Body), message.MessageCount}, []any{"kept", uint32(0)})
	})
	s.deleteQueues("tx")
	return s.err
}

func cancelNotification() error {
	s, deleter := open(), open()
	defer s.close()
	defer deleter.close()
	s.queue("doomed")
	deliveries := s.consume("doomed", true)
	deleter.deleteQueues("doomed")
	s.do("wait for the end", func() error {
		select {
		case _, open := <-deliveries:
			return expect(open, false)
		case <-time.After(patience):
			return fmt.Errorf("the consumer is not cancelled")
		}
	})
	s.do("go on", func() error { return s.Qos(1, 0, false) })
	return firstError(s, deleter)
}

func channelError() error {
	s := open()
	defer s.close()
	if s.err != nil {
		return s.err
	}
	var refusal *amqp.Error
	_, err := s.QueueDeclarePassive("nosuch", false, false, false, false, nil)
	if !errors.As(err, &refusal) {
		return fmt.Errorf("not refused: %v", err)
	}
	s.expect([]any{refusal.Code, refusal.Reason},
		[]any{404, "NOT_FOUND - no queue 'nosuch' in vhost '/'"})
	s.do("open another channel", func() error {
		channel, err := s.connection.Channel()
		if err != nil {
			return err
		}
		return channel.Close()
	})
	return s.err
}

func wrongPassword() error {
	address, err := amqp.ParseURI(url())
	if err != nil {
		return err
	}
	address.Password = "wrong"
	_, err = amqp.Dial(address.String())
	var refusal *amqp.Error
	if !errors.As(err, &refusal) || refusal.Code != 403 {
		return fmt.Errorf("got %v", err)
	}
	return nil
}

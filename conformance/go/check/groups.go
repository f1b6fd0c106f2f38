package main

import (
	"fmt"
	"sort"

	amqp "github.com/rabbitmq/amqp091-go"
)

const groupMessages = 300

func groupChecks() []check {
	return []check{{"consumer groups: every queue gets every message, its consumers share them", consumerGroups}}
}

// member is one consumer of a group, on its own connection.
type member struct {
	*session
	deliveries <-chan amqp.Delivery
}

// consumerGroups binds three queues to one fanout and gives each two consumers.
func consumerGroups() error {
	producer, groups := open(), []string{"billing", "shipping", "audit"}
	defer producer.close()
	producer.exchange("orders", "fanout")
	members := map[string][]member{}
	for _, group := range groups {
		producer.queue(group)
		producer.bind(group, "", "orders")
		for i := 0; i < 2; i++ {
			s := open()
			defer s.close()
			members[group] = append(members[group], member{s, s.consume(group, false)})
		}
	}
	for number := 0; number < groupMessages; number++ {
		producer.publish("orders", "", text(fmt.Sprintf("%04d", number)))
	}
	for _, group := range groups {
		if err := share(members[group]); err != nil {
			return fmt.Errorf("%s: %w", group, err)
		}
	}
	producer.deleteQueues(groups...)
	producer.deleteExchange("orders")
	return producer.err
}

// share receives each member's half and checks that together they are everything, each half in order.
func share(members []member) error {
	var all []string
	for _, each := range members {
		var own []string
		for i := 0; i < groupMessages/len(members); i++ {
			delivery := each.next(each.deliveries)
			each.do("ack", func() error { return delivery.Ack(false) })
			own = append(own, string(delivery.Body))
		}
		each.expect(sort.StringsAreSorted(own), true)
		if each.err != nil {
			return each.err
		}
		all = append(all, own...)
	}
	sort.Strings(all)
	for number, body := range all {
		if err := expect(body, fmt.Sprintf("%04d", number)); err != nil {
			return err
		}
	}
	return nil
}

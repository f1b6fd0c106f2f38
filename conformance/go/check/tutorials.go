package main

import (
	"fmt"
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"
)

func tutorialChecks() []check {
	return []check{
		{"work queue: prefetch 1 gives the next task to the worker that has acknowledged", workQueue},
		{"publish/subscribe: a fanout gives every temporary queue a copy", publishSubscribe},
		{"routing: a direct exchange selects by key", routing},
		{"topics: * is one word, # any number", topics},
		{"RPC: answers come to an exclusive callback queue", func() error { return rpc("") }},
		{"RPC: direct reply-to", func() error { return rpc("amq.rabbitmq.reply-to") }},
	}
}

func workQueue() error {
	boss, slow, quick := open(), open(), open()
	defer boss.close()
	defer slow.close()
	defer quick.close()
	boss.do("declare", func() error {
		_, err := boss.QueueDeclare("task_queue", true, false, false, false, nil)
		return err
	})
	for _, worker := range []*session{slow, quick} {
		worker := worker
		worker.do("qos", func() error { return worker.Qos(1, 0, false) })
	}
	task := func(number int) amqp.Publishing {
		return amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(strconv.Itoa(number))}
	}
	boss.publish("", "task_queue", task(0))
	held := slow.next(slow.consume("task_queue", false))
	tasks := quick.consume("task_queue", false)
	for number := 1; number <= 5; number++ {
		boss.publish("", "task_queue", task(number))
		delivery := quick.next(tasks)
		quick.expect(string(delivery.Body), strconv.Itoa(number))
		quick.do("ack", func() error { return delivery.Ack(false) })
	}
	slow.expect(string(held.Body), "0")
	slow.do("ack", func() error { return held.Ack(false) })
	boss.deleteQueues("task_queue")
	return firstError(boss, slow, quick)
}

func publishSubscribe() error {
	emitter, one, two := open(), open(), open()
	defer emitter.close()
	defer one.close()
	defer two.close()
	emitter.exchange("logs", "fanout")
	var inboxes []<-chan amqp.Delivery
	for _, subscriber := range []*session{one, two} {
		queue := subscriber.queue("")
		subscriber.bind(queue, "", "logs")
		inboxes = append(inboxes, subscriber.consume(queue, true))
	}
	emitter.publish("logs", "", text("info: it runs"))
	for i, subscriber := range []*session{one, two} {
		subscriber.expect(string(subscriber.next(inboxes[i]).Body), "info: it runs")
	}
	emitter.deleteExchange("logs")
	return firstError(emitter, one, two)
}

// routed publishes one message per key and returns the keys that each list of bindings received.
func routed(s *session, exchange, kind string, bindings [][]string, keys []string) [][]string {
	s.exchange(exchange, kind)
	const last = "the.end"
	var inboxes []<-chan amqp.Delivery
	for _, each := range bindings {
		queue := s.queue("")
		for _, key := range append(each, last) {
			s.bind(queue, key, exchange)
		}
		inboxes = append(inboxes, s.consume(queue, true))
	}
	for _, key := range append(keys, last) {
		s.publish(exchange, key, text(key))
	}
	received := make([][]string, len(inboxes))
	for i, inbox := range inboxes {
		for s.err == nil {
			key := string(s.next(inbox).Body)
			if key == last {
				break
			}
			received[i] = append(received[i], key)
		}
	}
	s.deleteExchange(exchange)
	return received
}

func routing() error {
	s := open()
	defer s.close()
	got := routed(s, "direct_logs", "direct", [][]string{{"error"}, {"info", "warning", "error"}},
		[]string{"info", "error", "debug", "warning"})
	s.expect(got, [][]string{{"error"}, {"info", "error", "warning"}})
	return s.err
}

func topics() error {
	s := open()
	defer s.close()
	got := routed(s, "topic_logs", "topic", [][]string{{"*.orange.*"}, {"*.*.rabbit", "lazy.#"}},
		[]string{"quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox", "lazy.brown.fox",
			"lazy.pink.rabbit", "quick.brown.fox", "orange", "lazy.orange.new.rabbit", "lazy"})
	s.expect(got, [][]string{
		{"quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox"},
		{"quick.orange.rabbit", "lazy.orange.elephant", "lazy.brown.fox", "lazy.pink.rabbit",
			"lazy.orange.new.rabbit", "lazy"},
	})
	return s.err
}

func fibonacci(number int) int {
	before, value := 0, 1
	for ; number > 0; number-- {
		before, value = value, before+value
	}
	return before
}

// serve answers count requests.
func serve(s *session, requests <-chan amqp.Delivery, count int) {
	for ; count > 0 && s.err == nil; count-- {
		request := s.next(requests)
		number, err := strconv.Atoi(string(request.Body))
		s.do("parse", func() error { return err })
		s.publish("", request.ReplyTo, amqp.Publishing{
			CorrelationId: request.CorrelationId, Body: []byte(strconv.Itoa(fibonacci(number)))})
		s.do("ack", func() error { return request.Ack(false) })
	}
}

// rpc calls three times and has the answers sent to replyTo, or to an own queue when it is empty.
func rpc(replyTo string) error {
	server, client := open(), open()
	defer server.close()
	defer client.close()
	server.queue("rpc_queue")
	requests, served := server.consume("rpc_queue", false), make(chan struct{})
	numbers := []int{30, 7, 0}
	go func() {
		defer close(served)
		serve(server, requests, len(numbers))
	}()
	if replyTo == "" {
		replyTo = client.queue("")
	}
	answers := client.consume(replyTo, true)
	for call, number := range numbers {
		correlation := fmt.Sprintf("call-%d", call)
		client.publish("", "rpc_queue", amqp.Publishing{
			CorrelationId: correlation, ReplyTo: replyTo, Body: []byte(strconv.Itoa(number))})
		answer := client.next(answers)
		client.expect([]string{answer.CorrelationId, string(answer.Body)},
			[]string{correlation, strconv.Itoa(fibonacci(number))})
	}
	if client.err == nil {
		<-served
	}
	client.deleteQueues("rpc_queue")
	return firstError(client, server)
}

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.MessageProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;

/** The six shapes of RabbitMQ's tutorials, and consumer groups. */
final class Tutorials {
  private static final String LAST = "the.end";

  private Tutorials() {}

  static List<Check.Named> checks() {
    return List.of(
        new Check.Named("hello: a message reaches a consumer with auto-ack", Tutorials::hello),
        new Check.Named("work queue: prefetch 1 spares the busy worker", Tutorials::workQueue),
        new Check.Named("publish/subscribe: every queue gets a copy", Tutorials::publishSubscribe),
        new Check.Named("routing: a direct exchange selects by key", Tutorials::routing),
        new Check.Named("topics: * is one word, # any number", Tutorials::topics),
        new Check.Named("RPC: answers come to a callback queue", () -> rpc("")),
        new Check.Named("RPC: direct reply-to", () -> rpc("amq.rabbitmq.reply-to")),
        new Check.Named("consumer groups: a queue's consumers share its messages",
            Tutorials::consumerGroups));
  }

  private static void hello() throws Exception {
    try (Session sender = new Session(); Session receiver = new Session()) {
      sender.channel.queueDeclare("hello", false, false, false, null);
      sender.publish("", "hello", null, "Hello World!");
      Session.expect(Session.body(Session.next(receiver.consume("hello", true))), "Hello World!");
      receiver.channel.queueDelete("hello");
    }
  }

  private static void workQueue() throws Exception {
    try (Session boss = new Session(); Session slow = new Session(); Session quick = new Session()) {
      boss.channel.queueDeclare("task_queue", true, false, false, null);
      slow.channel.basicQos(1);
      quick.channel.basicQos(1);
      boss.publish("", "task_queue", MessageProperties.PERSISTENT_TEXT_PLAIN, "task 0");
      Delivery held = Session.next(slow.consume("task_queue", false));
      BlockingQueue<Delivery> tasks = quick.consume("task_queue", false);
      for (int number = 1; number <= 5; number++) {
        boss.publish("", "task_queue", MessageProperties.PERSISTENT_TEXT_PLAIN, "task " + number);
        Delivery task = Session.next(tasks);
        Session.expect(Session.body(task), "task " + number);
        quick.ack(task);
      }
      Session.expect(Session.body(held), "task 0");
      slow.ack(held);
      boss.channel.queueDelete("task_queue");
    }
  }

  private static void publishSubscribe() throws Exception {
    try (Session emitter = new Session(); Session one = new Session(); Session two = new Session()) {
      emitter.channel.exchangeDeclare("logs", "fanout");
      List<BlockingQueue<Delivery>> inboxes = new ArrayList<>();
      for (Session subscriber : List.of(one, two)) {
        String queue = subscriber.temporaryQueue();
        subscriber.channel.queueBind(queue, "logs", "");
        inboxes.add(subscriber.consume(queue, true));
      }
      emitter.publish("logs", "", null, "info: it runs");
      for (BlockingQueue<Delivery> inbox : inboxes) {
        Session.expect(Session.body(Session.next(inbox)), "info: it runs");
      }
      emitter.channel.exchangeDelete("logs");
    }
  }

  /** Publishes one message per key; the keys that each list of bindings received. */
  private static List<List<String>> routed(
      String exchange, String type, List<List<String>> bindings, List<String> keys)
      throws Exception {
    try (Session session = new Session()) {
      session.channel.exchangeDeclare(exchange, type);
      List<BlockingQueue<Delivery>> inboxes = new ArrayList<>();
      for (List<String> each : bindings) {
        String queue = session.temporaryQueue();
        session.channel.queueBind(queue, exchange, LAST);
        for (String key : each) {
          session.channel.queueBind(queue, exchange, key);
        }
        inboxes.add(session.consume(queue, true));
      }
      for (String key : keys) {
        session.publish(exchange, key, null, key);
      }
      session.publish(exchange, LAST, null, LAST);
      List<List<String>> received = new ArrayList<>();
      for (BlockingQueue<Delivery> inbox : inboxes) {
        received.add(untilLast(inbox));
      }
      session.channel.exchangeDelete(exchange);
      return received;
    }
  }

  private static List<String> untilLast(BlockingQueue<Delivery> inbox) throws Exception {
    List<String> bodies = new ArrayList<>();
    for (String body = ""; !body.equals(LAST); ) {
      body = Session.body(Session.next(inbox));
      bodies.add(body);
    }
    return bodies.subList(0, bodies.size() - 1);
  }

  private static void routing() throws Exception {
    Session.expect(
        routed("direct_logs", "direct",
            List.of(List.of("error"), List.of("info", "warning", "error")),
            List.of("info", "error", "debug", "warning")),
        List.of(List.of("error"), List.of("info", "error", "warning")));
  }

  private static void topics() throws Exception {
    Session.expect(
        routed("topic_logs", "topic",
            List.of(List.of("*.orange.*"), List.of("*.*.rabbit", "lazy.#")),
            List.of("quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox",
                "lazy.brown.fox", "orange", "lazy.orange.new.rabbit", "lazy")),
        List.of(
            List.of("quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox"),
            List.of("quick.orange.rabbit", "lazy.orange.elephant", "lazy.brown.fox",
                "lazy.orange.new.rabbit", "lazy")));
  }

  private static long fibonacci(int number) {
    long before = 0;
    for (long value = 1; number > 0; number--) {
      long sum = before + value;
      before = value;
      value = sum;
    }
    return before;
  }

  private static void answerRequests(Session server) throws Exception {
    server.channel.basicConsume("rpc_queue", false, (tag, request) -> {
      long answer = fibonacci(Integer.parseInt(Session.body(request)));
      AMQP.BasicProperties asked = request.getProperties();
      AMQP.BasicProperties properties =
          new AMQP.BasicProperties.Builder().correlationId(asked.getCorrelationId()).build();
      server.channel.basicPublish(
          "", asked.getReplyTo(), properties, Long.toString(answer).getBytes());
      server.channel.basicAck(request.getEnvelope().getDeliveryTag(), false);
    }, tag -> {});
  }

  private static void rpc(String replyTo) throws Exception {
    try (Session server = new Session(); Session client = new Session()) {
      server.channel.queueDeclare("rpc_queue", false, false, false, null);
      answerRequests(server);
      String queue = replyTo.isEmpty() ? client.temporaryQueue() : replyTo;
      BlockingQueue<Delivery> answers = client.consume(queue, true);
      for (int number : new int[] {30, 7, 0}) {
        String correlation = "call-" + number;
        client.publish("", "rpc_queue", new AMQP.BasicProperties.Builder()
            .correlationId(correlation).replyTo(queue).build(), Integer.toString(number));
        Delivery answer = Session.next(answers);
        Session.expect(answer.getProperties().getCorrelationId(), correlation);
        Session.expect(Session.body(answer), Long.toString(fibonacci(number)));
      }
      client.channel.queueDelete("rpc_queue");
    }
  }

  private static void consumerGroups() throws Exception {
    final int messages = 200;
    List<String> groups = List.of("billing", "shipping", "audit");
    try (Session producer = new Session(); Session one = new Session(); Session two = new Session()) {
      producer.channel.exchangeDeclare("orders", "fanout");
      List<BlockingQueue<Delivery>> inboxes = new ArrayList<>();
      for (String group : groups) {
        producer.channel.queueDeclare(group, false, false, false, null);
        producer.channel.queueBind(group, "orders", "");
        inboxes.add(one.consume(group, true));
        inboxes.add(two.consume(group, true));
      }
      List<String> want = new ArrayList<>();
      for (int number = 0; number < messages; number++) {
        want.add(String.format("%04d", number));
        producer.publish("orders", "", null, want.get(number));
      }
      for (int i = 0; i < inboxes.size(); i += 2) {
        List<String> shared = new ArrayList<>();
        for (int number = 0; number < messages / 2; number++) {
          shared.add(Session.body(Session.next(inboxes.get(i))));
          shared.add(Session.body(Session.next(inboxes.get(i + 1))));
        }
        shared.sort(null);
        Session.expect(shared, want);
      }
      for (String group : groups) {
        producer.channel.queueDelete(group);
      }
      producer.channel.exchangeDelete("orders");
    }
  }
}

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Confirms, returns, transactions, properties, lifetimes and errors. */
final class Guarantees {
  private static final int MILLISECONDS = 1000 * Session.PATIENCE_SECONDS;

  private Guarantees() {}

  static List<Check.Named> checks() {
    return List.of(
        new Check.Named("confirms: 500 persistent publishes are confirmed", Guarantees::confirms),
        new Check.Named("mandatory: an unroutable message comes back", Guarantees::returns),
        new Check.Named("tx: a commit publishes, a rollback forgets", Guarantees::transactions),
        new Check.Named("consumer cancel notification", Guarantees::cancelNotification),
        new Check.Named("properties and header types survive", Guarantees::properties),
        new Check.Named("errors: code and text of a channel error", Guarantees::channelError),
        new Check.Named("errors: a wrong password is refused", Guarantees::wrongPassword),
        new Check.Named("server properties name RabbitMQ's capabilities", Guarantees::capabilities));
  }

  private static void confirms() throws Exception {
    try (Session session = new Session()) {
      session.channel.queueDeclare("confirmed", true, false, false, null);
      session.channel.confirmSelect();
      for (int number = 0; number < 500; number++) {
        session.publish("", "confirmed", MessageProperties.PERSISTENT_BASIC, "m");
      }
      session.channel.waitForConfirmsOrDie(MILLISECONDS);
      Session.expect(session.channel.messageCount("confirmed"), 500L);
      session.channel.queueDelete("confirmed");
    }
  }

  private static void returns() throws Exception {
    try (Session session = new Session()) {
      BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
      session.channel.addReturnListener(returned::add);
      session.channel.basicPublish("amq.direct", "nowhere", true, null, "lost".getBytes());
      Return message = Session.next(returned);
      Session.expect(message.getReplyCode() + message.getReplyText(), "312NO_ROUTE");
      Session.expect(new String(message.getBody()), "lost");
    }
  }

  private static void transactions() throws Exception {
    try (Session session = new Session()) {
      session.channel.queueDeclare("tx", false, false, false, null);
      session.channel.txSelect();
      session.publish("", "tx", null, "forgotten");
      session.channel.txRollback();
      session.publish("", "tx", null, "kept");
      session.channel.txCommit();
      GetResponse response = session.channel.basicGet("tx", true);
      Session.expect(new String(response.getBody()), "kept");
      Session.expect(response.getMessageCount(), 0);
      session.channel.queueDelete("tx");
    }
  }

  private static void cancelNotification() throws Exception {
    try (Session session = new Session(); Session deleter = new Session()) {
      session.channel.queueDeclare("doomed", false, false, false, null);
      BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
      String tag = session.channel.basicConsume(
          "doomed", true, (consumer, delivery) -> {}, cancelled::add);
      deleter.channel.queueDelete("doomed");
      Session.expect(Session.next(cancelled), tag);
    }
  }

  private static void properties() throws Exception {
    try (Session session = new Session()) {
      String queue = session.temporaryQueue();
      Map<String, Object> headers = Map.of(
          "long", 1L << 40, "int", 5, "short", (short) 3, "byte", (byte) 2, "double", 0.5,
          "bool", true, "date", new Date(1_600_000_000_000L), "list", List.of(1, 2));
      AMQP.BasicProperties sent = new AMQP.BasicProperties.Builder()
          .headers(headers).contentType("text/plain").deliveryMode(2).priority(4)
          .correlationId("c").replyTo("r").expiration("60000").messageId("m")
          .timestamp(new Date(1_600_000_000_000L)).type("t").userId("guest").appId("a").build();
      session.publish("", queue, sent, "m");
      AMQP.BasicProperties got = session.channel.basicGet(queue, true).getProps();
      Session.expect(got.getHeaders(), headers);
      Session.expect(got.builder().headers(null).build(), sent.builder().headers(null).build());
    }
  }

  private static void channelError() throws Exception {
    try (Session session = new Session()) {
      try {
        session.channel.queueDeclarePassive("nosuch");
        throw new AssertionError("not refused");
      } catch (IOException refused) {
        AMQP.Channel.Close close =
            (AMQP.Channel.Close) ((ShutdownSignalException) refused.getCause()).getReason();
        Session.expect(close.getReplyCode(), 404);
        Session.expect(close.getReplyText(), "NOT_FOUND - no queue 'nosuch' in vhost '/'");
      } catch (AlreadyClosedException early) {
        throw new AssertionError("closed before the declare", early);
      }
      session.connection.createChannel().exchangeDeclarePassive("amq.direct");
    }
  }

  private static void wrongPassword() throws Exception {
    ConnectionFactory factory = Session.factory();
    factory.setPassword("wrong");
    try {
      factory.newConnection().close();
    } catch (AuthenticationFailureException refused) {
      return;
    }
    throw new AssertionError("a wrong password is accepted");
  }

  private static void capabilities() throws Exception {
    try (Session session = new Session()) {
      Object capabilities = session.connection.getServerProperties().get("capabilities");
      for (String name : List.of("publisher_confirms", "basic.nack", "consumer_cancel_notify",
          "connection.blocked", "authentication_failure_close", "direct_reply_to")) {
        Session.expect(((Map<?, ?>) capabilities).get(name), true);
      }
      Session.expect(
          session.connection.getServerProperties().get("product").toString(), "RabbitMQ");
    }
  }
}

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One connection with one channel, and ways to wait for what arrives on it. */
final class Session implements AutoCloseable {
  static final int PATIENCE_SECONDS = 10;

  final Connection connection;
  final Channel channel;

  Session() throws Exception {
    connection = factory().newConnection();
    channel = connection.createChannel();
  }

  static ConnectionFactory factory() throws Exception {
    String url = System.getenv().getOrDefault("AMQP_URL", "amqp://guest:guest@localhost:5672");
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    factory.setAutomaticRecoveryEnabled(false);
    return factory;
  }

  @Override
  public void close() throws Exception {
    if (connection.isOpen()) {
      connection.close();
    }
  }

  String temporaryQueue() throws Exception {
    return channel.queueDeclare().getQueue();
  }

  BlockingQueue<Delivery> consume(String queue, boolean autoAck) throws Exception {
    BlockingQueue<Delivery> inbox = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, autoAck, (tag, delivery) -> inbox.add(delivery), tag -> {});
    return inbox;
  }

  void publish(String exchange, String key, AMQP.BasicProperties properties, String body)
      throws Exception {
    channel.basicPublish(exchange, key, properties, body.getBytes(StandardCharsets.UTF_8));
  }

  void ack(Delivery delivery) throws Exception {
    channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
  }

  static String body(Delivery delivery) {
    return new String(delivery.getBody(), StandardCharsets.UTF_8);
  }

  static <T> T next(BlockingQueue<T> inbox) throws Exception {
    T element = inbox.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (element == null) {
      throw new AssertionError("nothing arrived within " + PATIENCE_SECONDS + " s");
    }
    return element;
  }

  static void expect(Object got, Object want) {
    if (!Objects.equals(got, want)) {
      throw new AssertionError("got " + got + " instead of " + want);
    }
  }
}

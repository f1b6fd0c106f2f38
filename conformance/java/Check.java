import java.util.ArrayList;
import java.util.List;

/** Runs every check of the Java client and prints TAP; the broker is the one of AMQP_URL. */
final class Check {
  interface Body {
    void run() throws Exception;
  }

  record Named(String about, Body body) {}

  private Check() {}

  public static void main(String[] arguments) {
    List<Named> checks = new ArrayList<>();
    checks.addAll(Tutorials.checks());
    checks.addAll(Guarantees.checks());
    boolean failed = false;
    for (Named check : checks) {
      failed |= !passes(check);
    }
    System.out.println("1.." + checks.size());
    System.exit(failed ? 1 : 0);
  }

  private static boolean passes(Named check) {
    try {
      check.body().run();
      System.out.println("ok - " + check.about());
      return true;
    } catch (Exception | AssertionError error) {
      error.printStackTrace(System.out);
      System.out.println("not ok - " + check.about());
      return false;
    }
  }
}

package dev.weakref.sample;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.api.Assertions;

/** The packaged application as a process of its own. */
final class RunningApplication implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    /** The packaged application. */
    static final Path JAR = Path.of(System.getProperty("weakref.sample.jar", ""));

    private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");

    /** Far more than it ever takes: what its parts may take is seen in the log, and not by this clock. */
    private static final Duration LONGEST_EXIT = Duration.ofMinutes(3);

    private final Path data;
    private final Path log;
    private final Process process;
    private final int port;

    private RunningApplication(Path data, Path log, Process process) {
        this.data = data;
        this.log = log;
        this.process = process;
        try {
            this.port = port();
        } catch (Throwable notStarted) {
            process.destroyForcibly(); // nobody has it yet who could close it
            throw notStarted;
        }
    }

    /** Starts it on this directory, and waits until it takes requests. Its JVM optimizes little. */
    static RunningApplication start(Path directory, String... arguments) throws IOException {
        return start(List.of("-XX:TieredStopAtLevel=1"), directory, arguments);
    }

    /** The same in a JVM with these options, which optimizes as usual. */
    static RunningApplication start(List<String> options, Path directory, String... arguments) throws IOException {
        return start(options, List.of("-jar", JAR.toString()), directory, arguments);
    }

    /** The same on this class path, in place of the packaged application. */
    static RunningApplication startOn(String classPath, Path directory, String... arguments) throws IOException {
        return start(
                List.of("-XX:TieredStopAtLevel=1"),
                List.of("-cp", classPath, SampleApplication.class.getName()),
                directory,
                arguments);
    }

    private static RunningApplication start(
            List<String> options, List<String> program, Path directory, String... arguments) throws IOException {
        Path data = directory.resolve("data");
        Path log = Files.createTempFile(directory, "application", ".log");
        List<String> command = new ArrayList<>(List.of(JDK.resolve("java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-Dlogging.level.dev.weakref=debug",
                "-Dspring.aot.enabled=" + Boolean.getBoolean("weakref.sample.aot")));
        command.addAll(program);
        command.addAll(List.of(
                "--server.port=0",
                "--sample.data=" + data,
                // Tomcat looks for expired sessions at every sixth of these
                "--server.tomcat.background-processor-delay=1s"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new RunningApplication(data, log, process);
    }

    private int port() {
        Matcher[] started = new Matcher[1];
        Eventually.until("started, log:\n" + log(), Duration.ofMinutes(5), () -> {
            if (!process.isAlive()) {
                Assertions.fail("The application did not start:\n%s", log());
            }
            started[0] = STARTED.matcher(log());
            return started[0].find();
        });
        return Integer.parseInt(started[0].group(1));
    }

    /** Where it listens. */
    String address() {
        return "localhost:" + port;
    }

    Visitor visitor() {
        return new Visitor(port);
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The live finalizers, as the endpoint counts them. */
    int live() {
        return read("$.registries[0].live");
    }

    <T> T read(String path) {
        return JsonPath.read(visitor().get("/actuator/weakrefs").body(), path);
    }

    /** Asks for a collection. */
    void collect() {
        jcmd("GC.run");
    }

    /** Has the flight recorder begin, with the events that are off or long only by default. */
    void startRecording() {
        jcmd("JFR.start", "name=test", "+weakref.FinalizerRegistered#enabled=true", "+weakref.Reap#threshold=0ms");
    }

    /** What the flight recorder has seen of the library so far. */
    List<RecordedEvent> recordedEvents() {
        Path file = data.resolveSibling("recording.jfr");
        jcmd("JFR.dump", "name=test", "filename=" + file);
        try {
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith("weakref."))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of its log that have this text in them. */
    List<String> logLines(String text) {
        return log().lines().filter(line -> line.contains(text)).toList();
    }

    /** The line of its log that sums up the exit pass, as others say that it goes on if that takes long. */
    List<String> exitPassLines() {
        return logLines("Exit pass of registry").stream()
                .filter(line -> !line.contains(" continues: "))
                .toList();
    }

    /** Asks the JVM with its own tool. */
    private void jcmd(String... words) {
        List<String> command = new ArrayList<>(List.of(JDK.resolve("jcmd").toString(), Long.toString(process.pid())));
        command.addAll(List.of(words));
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What Linux tells of the process, such as {@code fd} or {@code status}. */
    Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    /** SIGTERM, where there are signals. */
    void terminate() {
        process.toHandle().destroy();
    }

    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Its exit code. */
    int awaitExit() {
        try {
            if (!process.waitFor(LONGEST_EXIT.toMillis(), TimeUnit.MILLISECONDS)) {
                Assertions.fail("Still running after %s:\n%s", LONGEST_EXIT, log());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    Path workspaces() {
        return data.resolve("workspaces");
    }

    /** An upload that is complete. */
    Path picture(String name) {
        return data.resolve("pictures").resolve(name);
    }

    Path incoming() {
        return data.resolve("incoming");
    }

    /** Looks into its database, which it must have left. */
    long leases() throws SQLException {
        String url = "jdbc:h2:file:" + data.resolve("leases") + ";IFEXISTS=TRUE";
        try (Connection connection = DriverManager.getConnection(url, "sa", "");
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from lease")) {
            count.next();
            return count.getLong(1);
        }
    }

    @Override
    public void close() {
        kill();
    }
}

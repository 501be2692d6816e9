package dev.weakref.spring.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakRefs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Where the library logs while contexts open and close, in a JVM that has no other contexts. */
@Timeout(120)
class CommonsSystemLoggerTests {

    @Test
    void theLibraryLogsLikeTheApplicationWhileAContextIsOpen() throws Exception {
        assertThat(outputOf(Program.class, ""))
                .containsSubsequence(
                        "before: platform",
                        "two contexts: application",
                        "the younger has closed: application",
                        "both have closed: platform",
                        "a start has failed: platform",
                        "chosen by the user: user",
                        "chosen by the user, and the context has closed: user");
    }

    /** Which are written while the JVM exits, when the platform's logging has ended. */
    @ParameterizedTest
    @EnumSource(End.class)
    void theLastLinesAreWrittenAfterTheLastContext(End end) throws Exception {
        List<String> lines = outputOf(EndsWithTheGlobalRegistry.class, end.name());

        assertThat(lines).anyMatch(line -> line.startsWith("WARNING: ") && line.contains("failed (EXIT"));
        assertThat(lines).anyMatch(line -> line.startsWith("INFO: Exit pass of registry 'global': 1 run (1 failed)"));
    }

    private static List<String> outputOf(Class<?> program, String argument) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        argument)
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    /** How the last context of a program ends. */
    private enum End {
        TWO_CONTEXTS_CLOSE(() -> {
            GenericApplicationContext older = Program.context();
            older.refresh();
            GenericApplicationContext younger = Program.context();
            younger.refresh();
            older.close();
            younger.close();
        }),
        A_CHILD_AND_ITS_PARENT_CLOSE(() -> {
            GenericApplicationContext parent = Program.context();
            parent.refresh();
            GenericApplicationContext child = Program.context();
            child.setParent(parent);
            child.refresh();
            child.close();
            parent.close();
        }),
        THE_START_FAILS(Program::failToStart);

        private final Runnable steps;

        End(Runnable steps) {
            this.steps = steps;
        }
    }

    static final class EndsWithTheGlobalRegistry {

        private static final Object REFERENT = new Object(); // a local one may be collected when main has returned

        public static void main(String[] arguments) {
            FinalizerRegistry.global().register(REFERENT, () -> {
                LogManager.getLogManager().reset(); // as the JDK does in a hook beside
                throw new IllegalStateException("wanted by the test");
            });
            End.valueOf(arguments[0]).steps.run();
        }
    }

    static final class Program {

        private static final Object REFERENT = new Object();
        private static final Logger PLATFORM = Logger.getLogger("dev.weakref");

        private static final List<String> told = new CopyOnWriteArrayList<>();

        public static void main(String[] arguments) {
            PLATFORM.addHandler(new PlatformHandler());
            listenToTheApplicationsLog();
            tellWhereItLogs("before");
            GenericApplicationContext older = context();
            older.refresh();
            GenericApplicationContext younger = context();
            younger.refresh();
            tellWhereItLogs("two contexts");
            younger.close();
            tellWhereItLogs("the younger has closed");
            older.close();
            tellWhereItLogs("both have closed");
            failToStart();
            tellWhereItLogs("a start has failed");
            GenericApplicationContext another = context();
            another.refresh();
            WeakRefs.logTo(new UsersLogger());
            tellWhereItLogs("chosen by the user");
            another.close();
            tellWhereItLogs("chosen by the user, and the context has closed");
        }

        private static void listenToTheApplicationsLog() {
            ListAppender<ILoggingEvent> appender = new ListAppender<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    tell("application", event.getFormattedMessage());
                }
            };
            ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.weakref")).addAppender(appender);
            appender.start();
        }

        private static GenericApplicationContext context() {
            GenericApplicationContext context = new AnnotationConfigApplicationContext();
            context.registerBean(
                    "exitPass", ExitPassLifecycle.class, () -> new ExitPassLifecycle(context, Duration.ofSeconds(20)));
            return context;
        }

        private static void failToStart() {
            GenericApplicationContext failing = context();
            failing.registerBean("failing", Object.class, () -> {
                throw new IllegalStateException("wanted by the test");
            });
            try {
                failing.refresh();
            } catch (BeanCreationException wanted) {
                return;
            }
            throw new IllegalStateException("The start has not failed");
        }

        private static void tellWhereItLogs(String when) {
            told.clear();
            FinalizerRegistry registry = FinalizerRegistry.create("one of the test");
            registry.register(REFERENT, () -> {
                throw new IllegalStateException("wanted by the test");
            });
            registry.close();
            await().until(() -> !told.isEmpty());
            System.out.println(when + ": " + told.get(0));
        }

        private static void tell(String where, String line) {
            if (line.contains("of registry 'one of the test' failed")) {
                told.add(where);
            }
        }

        private static final class PlatformHandler extends Handler {

            @Override
            public void publish(LogRecord line) {
                tell("platform", line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        }

        private static final class UsersLogger implements System.Logger {

            @Override
            public String getName() {
                return "user";
            }

            @Override
            public boolean isLoggable(Level level) {
                return true;
            }

            @Override
            public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
                tell("user", message);
            }

            @Override
            public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
                tell("user", format);
            }
        }
    }
}

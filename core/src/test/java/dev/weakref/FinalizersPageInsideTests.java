package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.docs.Page;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.LogFields;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.chrono.JapaneseDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds those tables of docs/finalizers.md against the code whose rows are no part of the API: defaults and log lines.
 */
@Timeout(120)
class FinalizersPageInsideTests {

    @TempDir
    Path folder;

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final Object referent = new Object();

    @Test
    void theTableOfDefaultsIsThatOfTheSettings() throws Exception {
        Map<String, String> defaults = new TreeMap<>();
        RegistrySettings settings = new RegistrySettings();
        List<Field> fields = new ArrayList<>(Arrays.asList(RegistrySettings.class.getDeclaredFields()));
        fields.addAll(Arrays.asList(Defaults.class.getDeclaredFields()));
        for (Field field : fields) {
            if (!Modifier.isPrivate(field.getModifiers()) && isShown(field.getType())) {
                String before = defaults.put(words(field.getName()), shown(field.get(settings)));
                assertThat(before).isIn(null, shown(field.get(settings)));
            }
        }

        assertThat(Page.of("finalizers.md").section("Defaults").table("default").stream()
                        .collect(Collectors.toMap(row -> row.get(0), row -> row.get(1))))
                .isEqualTo(defaults);
    }

    @Test
    void whatChangesADefaultIsAnOptionOfThatName() throws IOException {
        List<String> options = new ArrayList<>();
        for (String section : List.of("Registering", "Registries")) {
            Page.of("finalizers.md").section(section).table("option").forEach(row -> options.add(row.get(0)));
        }

        assertThat(Page.of("finalizers.md").section("Defaults").table("default"))
                .flatExtracting(row -> Arrays.asList(row.get(3).replace("`", "").split(", ")))
                .filteredOn(option -> !option.isEmpty())
                .isSubsetOf(options);
    }

    private static boolean isShown(Class<?> type) {
        return type == Duration.class || type == int.class || type == double.class || type.isEnum();
    }

    private static String shown(Object value) {
        if (value instanceof Duration time) {
            return time.toSeconds() + " s";
        }
        if (value instanceof Double part) {
            return Math.round(part * 100) + " %";
        }
        return value == null ? "never" : value.toString();
    }

    /** The words of {@code actionLimit} or {@code ACTION_LIMIT}. */
    private static String words(String name) {
        return name.replace('_', ' ').replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    @Test
    @Tag("collects")
    void everyLineOfTheTableIsLoggedAsItSaysAndNoOther() throws Exception {
        List<List<String>> table = Page.of("finalizers.md").section("Log").table("level");
        try (LogLines log = new LogLines();
                FieldLines fields = new FieldLines()) {
            failAtExit();
            getStuckAndComeBack(log);
            beLeftBehindAndComeBack(log);
            beHeldUp(log);
            exitForLong(log);
            beUnableToTryAgain();
            beDropped(log);
            leak(log);
            captureAndHide();
            referToAValue();
            failToListen();
            beRejected();
            findNoThread(log);
            chooseNoLevel();

            assertThat(table).allSatisfy(row -> assertThat(log.lines()).anyMatch(line -> isOf(row, line)));
            assertThat(log.with("'page'")).allSatisfy(line -> assertThat(table).anyMatch(row -> isOf(row, line)));
            assertThat(fields.lines)
                    .allSatisfy(line -> assertThat(table)
                            .filteredOn(row -> isOf(row, line.level() + " " + line.message()))
                            .allSatisfy(row -> assertThat(groups(line)).isEqualTo(shown(row.get(3)))));
        }
    }

    private static Set<String> shown(String cell) {
        return cell.isEmpty()
                ? Set.of()
                : new LinkedHashSet<>(List.of(cell.replace("`", "").split(", ")));
    }

    /** The second words of the keys of its fields. */
    private static Set<String> groups(FieldLines.Line line) {
        return line.fields().keySet().stream()
                .map(key -> key.split("\\.")[1])
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Test
    void theTableOfFieldsIsThatOfTheCode() throws IOException {
        assertThat(Page.of("finalizers.md").section("Log").table("key"))
                .extracting(row -> row.get(0))
                .containsExactly(Arrays.stream(LogFields.Key.values())
                        .map(LogFields.Key::toString)
                        .toArray(String[]::new));
    }

    /** Whether a line in the log is what a row of the table stands for, where … stands for anything. */
    private static boolean isOf(List<String> row, String line) {
        String level = row.get(0).replace("DEBUG", "FINE");
        String begin =
                Arrays.stream(row.get(1).split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(level + " " + begin + ".*", Pattern.DOTALL)
                .matcher(line)
                .matches();
    }

    private FinalizerRegistry.Builder builder() {
        return FinalizerRegistry.builder().name("page").reaper(reaper);
    }

    private void die(Finalizer<?> finalizer) {
        ((FinalizerNode<?>) finalizer).enqueue();
        reaper.pass();
    }

    private void failAtExit() {
        FinalizerRegistry registry = builder().build();
        registry.register(referent, () -> {
            throw new IOException("for the test");
        });
        registry.close();
    }

    private void getStuckAndComeBack(LogLines log) {
        CountDownLatch go = new CountDownLatch(1);
        try (FinalizerRegistry registry =
                builder().takeOver(Duration.ofMillis(20)).maxWorkers(1).build()) {
            die(registry.register(referent, go::await));
            await(log, "All 1 workers");
            go.countDown();
            await(log, " s; other actions were delayed");
        }
    }

    private void beLeftBehindAndComeBack(LogLines log) {
        FinalizerRegistry registry =
                builder().actionLimit(Duration.ofMillis(20)).build();
        registry.register(referent, () -> new CountDownLatch(1).await());
        registry.close();
        await(log, "finished after it had timed out");
    }

    private void beHeldUp(LogLines log) {
        CountDownLatch go = new CountDownLatch(1);
        FinalizerRegistry registry = builder()
                .actionLimit(Duration.ofSeconds(1)) // within which it has failed
                .onFailure((info, failure) -> BackgroundCall.await(go))
                .build();
        registry.register(referent, () -> {
            throw new IOException("for the test");
        });
        registry.close();
        await(log, "is not running, but its worker is blocked");
        go.countDown();
    }

    private void exitForLong(LogLines log) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        FinalizerRegistry registry = builder().build();
        registry.register(referent, go::await);
        BackgroundCall<ExitReport> closing = BackgroundCall.call(registry::shutdown);
        await(log, "' continues: ");
        go.countDown();
        closing.result();
    }

    private void beUnableToTryAgain() {
        FinalizerRegistry registry = builder()
                .clock(() -> {
                    throw new OutOfMemoryError("for the test");
                })
                .build();
        registry.core().retriesAtExit().last = new RetriesAtExit.Attempt("again", BoundAction.ofCallable(() -> "done"));
        registry.close();
    }

    private void beDropped(LogLines log) {
        WeakReference<FinalizerRegistry> dropped = dropRegistry();
        Gc.awaitCleared(dropped);
        Gc.awaitTrue(() -> !log.with("'page' was dropped").isEmpty(), "nothing was said");
    }

    private WeakReference<FinalizerRegistry> dropRegistry() {
        FinalizerRegistry registry = FinalizerRegistry.create("page");
        registry.register(referent, () -> {});
        return new WeakReference<>(registry);
    }

    private void leak(LogLines log) {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        FinalizerRegistry registry = builder()
                .clock(now::get)
                .overdueAfter(Duration.ofMinutes(1))
                .reportOpenAtExit(true)
                .leakListener(leak -> {
                    throw new IllegalStateException("for the test");
                })
                .build();
        Finalizer<Void> resolved = registry.register(referent, () -> {});
        registry.finalizer(referent).mustBeClosed().run(() -> {});
        now.set(Instant.EPOCH.plusSeconds(60));
        registry.core().overdueMonitor().check();
        resolved.close();
        registry.close();
        await(log, "LEAK: OVERDUE"); // these two are written by another thread
        await(log, "LEAK: RESOLVED");
    }

    private void captureAndHide() throws ReflectiveOperationException {
        Compiled.into(
                folder,
                "// module-info.java\nmodule closing { exports closing; }",
                "// closing/Closed.java\npackage closing; public class Closed { private Object held = this; }");
        Object hidden = Compiled.make(Compiled.loaderOf("closing", folder), "closing.Closed");
        FinalizerRegistry registry = builder()
                .captureCheck(CaptureCheck.WARN)
                .lookup(MethodHandles.lookup())
                .build();
        registry.register(referent, referent::hashCode);
        registry.register(referent, new Object[] {hidden}, (Object[] state) -> {});
        registry.close();
    }

    /** Of a class that no other test uses, because each is warned of once. */
    private static void referToAValue() {
        WeakRef.of(JapaneseDate.now());
    }

    private void failToListen() {
        FinalizerRegistry registry = builder()
                .listener(run -> {
                    throw new IllegalStateException("for the test");
                })
                .build();
        registry.register(referent, () -> {}).close();
        registry.close();
    }

    private void beRejected() {
        FinalizerRegistry registry = builder()
                .executor(task -> {
                    throw new RejectedExecutionException("for the test");
                })
                .build();
        CountDownLatch ran = new CountDownLatch(1);
        die(registry.register(referent, ran::countDown));
        Gc.awaitWithoutCollecting(() -> ran.getCount() == 0, "it has not run");
        registry.close();
    }

    private void findNoThread(LogLines log) {
        FinalizerRegistry registry = builder().threadFactory(task -> null).build();
        die(registry.register(referent, () -> {}));
        Gc.awaitWithoutCollecting(
                () -> !log.with("No thread for the actions of registry 'page'").isEmpty(), "nothing was said");
        registry.close();
    }

    private static void chooseNoLevel() {
        System.setProperty("weakref.leak-level", "loud");
        try {
            assertThat(LeakLevel.byDefault()).isEqualTo(LeakLevel.SIMPLE);
        } finally {
            System.clearProperty("weakref.leak-level");
        }
    }

    private static void await(LogLines log, String part) {
        Gc.awaitWithoutCollecting(() -> !log.with(part).isEmpty(), "nobody has logged " + part);
    }
}

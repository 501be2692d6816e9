package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.CaptureCheck;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerDelay;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.LeakLevel;
import dev.weakref.Programs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.ObjectName;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holds docs/finalizers.md against the API, the events, and what its commands do. */
@Timeout(120)
class FinalizersPageTests {

    private static final Set<String> CONSTANTS = Stream.of(
                    Finalizer.Trigger.values(),
                    Finalizer.Outcome.values(),
                    Leak.Kind.values(),
                    FinalizerDelay.Kind.values(),
                    LeakLevel.values(),
                    CaptureCheck.values())
            .flatMap(Arrays::stream)
            .map(Enum::name)
            .collect(Collectors.toSet());

    @TempDir
    private Path directory;

    @Test
    void everyOptionOfARegistrationIsInItsTableAndNoOther() throws IOException {
        Class<?> options = FinalizerRegistry.Registration.class.getSuperclass();

        assertThat(heads("Registering", "option")).containsExactlyInAnyOrderElementsOf(methods(options));
    }

    @Test
    void everyWayToEndARegistrationIsInItsTableAndNoOther() throws IOException {
        List<String> ends = new ArrayList<>(methods(FinalizerRegistry.Registration.class));
        ends.addAll(methods(FinalizerRegistry.StateRegistration.class));

        assertThat(heads("Registering", "end").stream()
                        .map(end -> end.replace("state(state).", ""))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(
                        ends.stream().filter(end -> !end.equals("state(state)")).toList());
    }

    @Test
    void everyMethodOfAFinalizerIsInItsTableAndNoOther() throws IOException {
        assertThat(heads("Registering", "method")).containsExactlyInAnyOrderElementsOf(methods(Finalizer.class));
    }

    @Test
    void everyOptionOfARegistryIsInItsTableAndNoOther() throws IOException {
        assertThat(heads("Registries", "option"))
                .containsExactlyInAnyOrderElementsOf(methods(FinalizerRegistry.Builder.class).stream()
                        .filter(method -> !List.of("build()", "toString()").contains(method))
                        .toList());
    }

    @Test
    void everyConstantIsInItsTableAndNoOther() throws IOException {
        assertThat(heads("Triggers and outcomes", "trigger")).containsExactly(names(Finalizer.Trigger.values()));
        assertThat(heads("Triggers and outcomes", "outcome")).containsExactly(names(Finalizer.Outcome.values()));
        assertThat(heads("Capture check", "check")).containsExactly(names(CaptureCheck.values()));
        assertThat(heads("Leaks", "kind")).containsExactly(names(Leak.Kind.values()));
        assertThat(heads("Leaks", "level")).containsExactly(names(LeakLevel.values()));
    }

    @Test
    void everyNameIsOneOfThePublicApi() throws IOException {
        Page page = Page.of("finalizers.md");
        Set<String> logged = page.section("Log").table("level").stream()
                .map(row -> row.get(1))
                .collect(Collectors.toSet());
        Set<String> levels = Set.of("WARNING", "INFO", "DEBUG");

        Stream<String> texts =
                Stream.concat(page.prose().stream(), page.rows().stream().flatMap(List::stream));
        List<String> names = texts.flatMap(text -> Page.code(text).stream())
                .filter(code -> Character.isUpperCase(code.charAt(0)))
                .filter(code -> logged.stream().noneMatch(line -> line.startsWith(code))
                        && !levels.contains(code)
                        && !CONSTANTS.contains(code))
                .toList();

        assertThat(names)
                .isNotEmpty()
                .filteredOn(name -> !JavaNames.isPublic(name))
                .isEmpty();
    }

    @Test
    void theTableOfEventsIsThatOfTheFlightRecorder() throws Exception {
        assertThat(section("Flight recorder").table("event"))
                .containsExactlyInAnyOrderElementsOf(events().stream()
                        .map(event -> List.of(
                                event.getName(),
                                event.getDescription(),
                                setting(event, "enabled").equals("true") ? "on" : "off",
                                setting(event, "threshold").replaceFirst("^0 .*", "none")))
                        .toList());
    }

    @Test
    void theTableOfFieldsIsThatOfTheFlightRecorder() throws Exception {
        Map<List<String>, Set<String>> fields = new HashMap<>();
        for (EventType event : events()) {
            for (ValueDescriptor field : event.getFields()) {
                if (!Set.of("startTime", "duration", "eventThread", "stackTrace")
                        .contains(field.getName())) {
                    fields.computeIfAbsent(List.of(field.getName(), field.getDescription()), same -> new TreeSet<>())
                            .add(event.getName());
                }
            }
        }

        assertThat(section("Flight recorder").table("field"))
                .containsExactlyInAnyOrderElementsOf(fields.entrySet().stream()
                        .map(field -> List.of(
                                field.getKey().get(0),
                                field.getKey().get(1),
                                field.getValue().stream()
                                        .map(event -> event.replace("weakref.", ""))
                                        .collect(Collectors.joining(", "))))
                        .toList());
    }

    @Test
    void theCommandsForTheFlightRecorderWork() throws Exception {
        List<String> printed = new ArrayList<>();
        for (String command : section("Flight recorder").commands()) {
            String here =
                    command.replace("app.jfr", directory.resolve("app.jfr").toString());
            if (here.startsWith("jcmd <pid> JFR.")) {
                diagnose(here.substring("jcmd <pid> ".length()));
                leak();
            } else if (here.startsWith("jfr ")) {
                printed.add(run(here));
            } else {
                assertThat(command).startsWith("java -XX:StartFlightRecording=filename=app.jfr ");
            }
        }

        assertThat(printed).hasSize(2);
        assertThat(printed.get(0))
                .contains("weakref.FinalizerRegistered {", "weakref.FinalizerRun {", "FinalizersPageTests.leak()");
        assertThat(printed.get(1)).contains("weakref.Leak {").doesNotContain("weakref.FinalizerRun {");
    }

    @Test
    void theLeakIsFoundAsThePageSays() throws Exception {
        Path recording = directory.resolve("leak.jfr");
        List<String> commands = section("Try it").commands();
        String[] options = commands.get(1)
                .replace("leak.jfr", recording.toString())
                .replaceFirst("^java -cp \\S+ (.*) " + Leaking.class.getName() + "$", "$1")
                .split(" ");

        List<String> lines = Programs.outputOf(Leaking.class, options);

        assertThat(lines).contains("2 of 2 permits are back");
        assertThat(RecordingFile.readAllEvents(recording))
                .filteredOn(event -> event.getEventType().getName().startsWith("weakref."))
                .filteredOn(
                        event -> event.hasField("name")) // no pass of a reaper that got no processor for a millisecond
                .extracting(FinalizersPageTests::story)
                .containsExactlyInAnyOrder(
                        "weakref.FinalizerRun EXPLICIT SUCCESS",
                        "weakref.FinalizerRun EXIT SUCCESS",
                        "weakref.Leak NOT_CLOSED " + Lease.class.getName());
        assertThat(run(commands.get(2).replace("leak.jfr", recording.toString())))
                .contains("weakref.Leak {", "kind = \"NOT_CLOSED\"");
    }

    /** The program does not hold what it leaks, so the collector may be before the exit pass. */
    private static String story(RecordedEvent event) {
        String name = event.getEventType().getName();
        return event.hasField("kind")
                ? name + " " + event.getString("kind") + " "
                        + event.getString("createdBy").replaceFirst("\\.<init>\\(Lease\\.java:\\d+\\)$", "")
                : name + " " + event.getString("trigger").replace("UNREACHABLE", "EXIT") + " "
                        + event.getString("outcome");
    }

    private static void leak() {
        try (FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("leaking")
                .reportOpenAtExit(true)
                .build()) {
            registry.finalizer(registry.name()).mustBeClosed().run(() -> {});
        }
    }

    /** What {@code jcmd} would have this JVM do. */
    private static void diagnose(String command) throws Exception {
        String[] words = command.split(" ");
        String operation =
                "jfr" + words[0].substring("JFR.".length(), "JFR.".length() + 1).toUpperCase()
                        + words[0].substring("JFR.".length() + 1);
        Object arguments = Arrays.copyOfRange(words, 1, words.length);
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        operation,
                        new Object[] {arguments},
                        new String[] {String[].class.getName()});
    }

    /** What a tool of the JDK prints. */
    private static String run(String command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.replace("'", "").split(" ")));
        words.set(
                0, Path.of(System.getProperty("java.home"), "bin", words.get(0)).toString());
        Process tool = new ProcessBuilder(words).redirectErrorStream(true).start();
        return new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static List<EventType> events() throws ClassNotFoundException {
        Class<?> reaped = Class.forName("dev.weakref.internal.reap.JfrReapEvent");
        return Stream.concat(
                        Arrays.stream(Class.forName("dev.weakref.JfrEvents").getDeclaredClasses()), Stream.of(reaped))
                .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                .map(type -> EventType.getEventType(type.asSubclass(Event.class)))
                .toList();
    }

    private static String setting(EventType event, String name) {
        return event.getSettingDescriptors().stream()
                .filter(setting -> setting.getName().equals(name))
                .map(SettingDescriptor::getDefaultValue)
                .findFirst()
                .orElseThrow();
    }

    private static Page section(String heading) throws IOException {
        return Page.of("finalizers.md").section(heading);
    }

    private static List<String> heads(String section, String table) throws IOException {
        return section(section).table(table).stream().map(row -> row.get(0)).toList();
    }

    private static String[] names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toArray(String[]::new);
    }

    /** The public methods that a class has itself, with the names of their parameters. */
    private static List<String> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(FinalizersPageTests::signature)
                .toList();
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameters())
                        .map(Parameter::getName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}

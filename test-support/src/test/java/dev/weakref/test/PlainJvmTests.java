package dev.weakref.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.WeakRef;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a JVM of its own, with nothing on the class path but the library. */
@Timeout(120)
class PlainJvmTests {

    @Test
    @Tag("collects")
    void waitsForTheCollectorWithoutJUnitAndAssertJ() throws Exception {
        assertThat(run()).isEqualTo("collected\n");
    }

    @Test
    @Tag("collects")
    void saysWhereNothingIsCollectedAtAll() throws Exception {
        assertThat(run("-XX:+DisableExplicitGC"))
                .contains("The collector: not even a new object that nothing holds is collected."
                        + " Remove -XX:+DisableExplicitGC");
    }

    @Test
    void theNamedModuleNeedsNothingButCoreAtRunTime() {
        assertThat(ModuleFinder.of(location(Gc.class)).find("dev.weakref.test"))
                .hasValueSatisfying(module -> assertThat(module.descriptor().requires())
                        .filteredOn(required -> !required.modifiers().contains(Modifier.STATIC))
                        .extracting(Requires::name)
                        .containsExactlyInAnyOrder("java.base", "jdk.management", "dev.weakref"));
    }

    private static String run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(Stream.of(WeakRef.class, Gc.class, Program.class)
                .map(type -> location(type).toString())
                .collect(Collectors.joining(System.getProperty("path.separator"))));
        command.add(Program.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static Path location(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    static final class Program {
        public static void main(String[] arguments) {
            Gc.awaitCollected(Object::new, Duration.ofSeconds(2));
            System.out.println("collected");
        }
    }
}

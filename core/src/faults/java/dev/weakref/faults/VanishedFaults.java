package dev.weakref.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.faults.VanishedProgram.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The class path vanishes, as it does when an application is built anew beside the running one. */
class VanishedFaults {

    @TempDir
    Path room;

    @ParameterizedTest
    @CsvSource({
        "SIGNAL, false",
        "EXIT, false",
        "CLOSE, false",
        "DEATH, false",
        "SIGNAL, true",
        "EXIT, true",
        "CLOSE, true",
        "DEATH, true"
    })
    void allActionsRunWithoutIt(Ending ending, boolean asJar) throws IOException {
        Figures figures = new Figures("vanished " + (asJar ? "jar" : "directory") + ", then " + ending);
        for (int i = 0; i < Options.jvms(1); i++) {
            Path core = asJar ? jar(room.resolve(i + ".jar")) : copy(room.resolve("classes-" + i));
            Child child = Child.of(VanishedProgram.class, ending, core)
                    .classPath(core)
                    .deadlineSeconds(Verdict.DEADLINE_MILLIS / 1000)
                    .atReady(Process::destroy);
            Child.End end = Child.runAll(List.of(child)).get(0);
            boolean all = VanishedProgram.LINES.stream().allMatch(line -> end.count(line) == 1);
            figures.add(new Child.End(all ? 0 : end.code() == -1 ? -1 : Verdict.FAILED, end.output(), end.endedAt()));
            if (end.code() != -1) {
                assertThat(end.code()).isIn(0, 1, 128 + 15);
            }
        }
        figures.print("").expectAllPassed();
    }

    private static Path copy(Path to) throws IOException {
        for (Path each : classes()) {
            Path copy = to.resolve(Options.CORE.relativize(each).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(each, copy);
        }
        return to;
    }

    private static Path jar(Path to) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(to))) {
            for (Path each : classes()) {
                jar.putNextEntry(
                        new JarEntry(Options.CORE.relativize(each).toString().replace('\\', '/')));
                Files.copy(each, jar);
            }
        }
        return to;
    }

    private static List<Path> classes() throws IOException {
        try (Stream<Path> files = Files.walk(Options.CORE)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}

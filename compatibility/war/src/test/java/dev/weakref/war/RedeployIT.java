package dev.weakref.war;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The WAR of this module in a Tomcat that is not the application's, deployed and undeployed twenty times. */
@Timeout(600)
class RedeployIT {

    private static final Path WAR = Path.of(System.getProperty("weakref.war"));

    @TempDir
    private Path base;

    @Test
    void twentyDeploymentsRunAllThatIsLeftAndLeaveNothingBehind() throws Exception {
        List<String> lines = deploy(WAR, 20, "");

        assertAllHaveRun(lines, 20);
        assertThat(lines).contains("class loaders left: 0 of 20", "leaks: []");
    }

    /** The server brings the library for all its applications, and may keep the last of them. */
    @Test
    void deploymentsWithTheLibraryInTheServerDoAsWell() throws Exception {
        Path war = Files.copy(WAR, base.resolve("without.war"));
        Path library = moveLibrary(war);

        List<String> lines = deploy(war, 4, File.pathSeparator + library);

        assertAllHaveRun(lines, 4);
        assertThat(lines).containsAnyOf("class loaders left: 0 of 4", "class loaders left: 1 of 4");
    }

    private static void assertAllHaveRun(List<String> lines, int times) {
        assertThat(lines).contains("ran: " + "cab".repeat(times), "no thread is left");
        assertThat(lines).contains("fewer classes than with the first: true");
        assertThat(lines)
                .noneMatch(line -> line.contains("memory leak")
                        || line.contains("failed to stop")
                        || line.contains("Illegal access"));
    }

    private Path moveLibrary(Path war) throws IOException {
        Path library = base.resolve("weakref.jar");
        try (FileSystem inside = FileSystems.newFileSystem(war);
                Stream<Path> libraries = Files.list(inside.getPath("WEB-INF", "lib"))) {
            Path core = libraries
                    .filter(jar -> jar.getFileName().toString().matches("weakref-\\d.*\\.jar"))
                    .collect(Collectors.collectingAndThen(Collectors.toList(), found -> {
                        assertThat(found).hasSize(1);
                        return found.get(0);
                    }));
            Files.copy(core, library);
            Files.delete(core);
        }
        return library;
    }

    /** With the log manager and the opened packages of Tomcat's start script, and soft references cleared at once. */
    private List<String> deploy(Path war, int times, String moreOnTheClassPath) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:SoftRefLRUPolicyMSPerMB=0",
                        "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                        "--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED",
                        "-cp",
                        classPathOfTheServer() + moreOnTheClassPath,
                        Server.class.getName(),
                        war.toString(),
                        Integer.toString(times),
                        Files.createDirectory(base.resolve("tomcat")).toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }

    private static String classPathOfTheServer() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(
                        entry -> entry.matches(
                                ".*(test-classes|tomcat-embed-[^/]*|jakarta\\.annotation-api-[^/]*|weakref-test-[^/]*|test-support.*)"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}

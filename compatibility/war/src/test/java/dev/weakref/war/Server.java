package dev.weakref.war;

import dev.weakref.test.Gc;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.HostConfig;
import org.apache.catalina.startup.Tomcat;

/**
 * A Tomcat with an empty folder for web applications, in a JVM without Spring on its class path. It deploys what lies
 * in the folder and undeploys what has gone from there, as one that an administrator installed.
 */
final class Server {

    private final Path folder;
    private final Tomcat tomcat = new Tomcat();
    private final StandardHost host;
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

    private Server(Path base) throws IOException {
        folder = Files.createDirectories(base.resolve("webapps"));
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        tomcat.getEngine().setBackgroundProcessorDelay(-1); // it looks into the folder when it is told to
        host = (StandardHost) tomcat.getHost();
        host.addLifecycleListener(new HostConfig());
    }

    /** Arguments: the WAR, how often to deploy it, and a folder for the server. */
    public static void main(String[] arguments) {
        try {
            run(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Path.of(arguments[2]));
            System.exit(0); // Tomcat's threads would keep the JVM if an exception ended this one
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(Path war, int times, Path base) throws Exception {
        Server server = new Server(base);
        server.tomcat.start();
        int classesWithTheFirst = 0;
        for (int number = 0; number < times; number++) {
            server.deploy(war);
            server.use();
            classesWithTheFirst = number == 0 ? loadedClasses() : classesWithTheFirst;
            server.undeploy();
        }
        System.out.println("ran: " + System.getProperty("weakref.war.ran"));
        server.awaitThreads();
        takeTheJdksCache();
        server.tellLoaders();
        System.out.println("fewer classes than with the first: " + (loadedClasses() < classesWithTheFirst));
        System.out.println("leaks: " + List.of(server.host.findReloadedContextMemoryLeaks()));
        server.tomcat.stop();
    }

    /**
     * {@code ObjectMethods} of the JDK keeps the type of the record whose {@code equals} or {@code hashCode} was linked
     * last, which would be one of Spring's, in the class loader of an application.
     */
    private static void takeTheJdksCache() {
        record Last(String any) {}
        if (!new Last("").equals(new Last("")) || new Last("").hashCode() != new Last("").hashCode()) {
            throw new AssertionError();
        }
    }

    private void deploy(Path war) throws IOException {
        Files.copy(war, folder.resolve("app.war"));
        host.backgroundProcess();
        if (application() == null || !application().getState().isAvailable()) {
            throw new IllegalStateException("The application has not started");
        }
        loaders.add(new WeakReference<>(application().getLoader().getClassLoader()));
    }

    private Context application() {
        return (Context) host.findChild("/app");
    }

    private void undeploy() throws IOException {
        Files.delete(folder.resolve("app.war"));
        host.backgroundProcess();
        if (application() != null) {
            throw new IllegalStateException("The application is still deployed");
        }
    }

    private void use() throws IOException {
        requireContent("/use", "told 1");
        requireContent("/actuator/weakrefs", "\"live\":2,");
    }

    private void requireContent(String path, String expected) throws IOException {
        URI address = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + "/app" + path);
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setRequestProperty("Accept", "application/json"); // by itself it prefers text/html, as a browser
        try (InputStream answer = connection.getInputStream()) {
            String body = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            if (!body.contains(expected)) {
                throw new IllegalStateException(path + " answers " + body);
            }
        }
    }

    private void awaitThreads() {
        Gc.awaitTrue(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("weakref-")),
                "threads of the library are still there",
                Duration.ofMinutes(2));
        System.out.println("no thread is left");
    }

    private void tellLoaders() {
        try {
            Gc.awaitTrue(() -> remaining() == 0, "class loaders are still there");
        } catch (AssertionError some) {
            System.out.println(some);
        }
        System.out.println("class loaders left: " + remaining() + " of " + loaders.size());
    }

    private long remaining() {
        return loaders.stream().filter(loader -> !loader.refersTo(null)).count();
    }

    private static int loadedClasses() {
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }
}

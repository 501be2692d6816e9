package dev.weakref.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A user of the application with a session of its own. */
final class Visitor {

    /** One for all, since each has a thread; so the cookies are kept here. */
    private static final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String server;
    private @Nullable String session;

    Visitor(int port) {
        server = "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE());
    }

    HttpResponse<String> upload(String path, byte[] file) {
        return upload(path, BodyPublishers.ofByteArray(file));
    }

    /** As a browser does on behalf of a page of such a site. */
    HttpResponse<String> uploadFrom(String site, String path, byte[] file) {
        return send(request(path).header("Sec-Fetch-Site", site).POST(BodyPublishers.ofByteArray(file)));
    }

    HttpResponse<String> upload(String path, BodyPublisher body) {
        return send(request(path).POST(body));
    }

    /** Sends while the stream is being read, and so for as long as its other end likes. */
    CompletableFuture<HttpResponse<String>> uploadSlowly(String path, Supplier<InputStream> file) {
        HttpRequest request =
                request(path).POST(BodyPublishers.ofInputStream(file)).build();
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    HttpResponse<String> open(String picture) {
        return openWith("{\"picture\": \"%s\"}".formatted(picture));
    }

    /** As {@link #open(String)}, and the session ends when it has been idle for that long. */
    HttpResponse<String> open(String picture, Duration idle) {
        return openWith("{\"picture\": \"%s\", \"idle\": \"%s\"}".formatted(picture, idle));
    }

    private HttpResponse<String> openWith(String json) {
        return send(request("/workspaces")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + path)).timeout(Duration.ofMinutes(3));
        return session == null ? request : request.header("Cookie", session);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            answer.headers().firstValue("Set-Cookie").ifPresent(cookie -> session = cookie.split(";")[0]);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

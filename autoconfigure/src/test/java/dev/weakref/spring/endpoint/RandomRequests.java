package dev.weakref.spring.endpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Requests as nobody in his right mind would send them, always the same for one seed. They are written to a socket by
 * hand, since a client would refuse to send many of them.
 */
final class RandomRequests {

    private static final List<String> NONSENSE = List.of(
            "",
            "0",
            "-1",
            "1",
            "7",
            "99999999999999999999",
            "1e9",
            "NaN",
            "null",
            "true",
            "FALSE",
            "live",
            "Overdue",
            "paranoid",
            "simple",
            "PT5M",
            "-5m",
            "10s",
            "P99999999999D",
            "weakRefFinalizerRegistry:3",
            "application:3",
            "oldest",
            "referentType",
            "weakRefFinalizerRegistry:",
            ":",
            "::1",
            "..",
            "%2e%2e%2f",
            "%00",
            "%",
            "%zz",
            "%F0%9F%92%A3",
            "%C0%AF",
            "<script>alert(1)</script>",
            "${jndi:ldap://localhost/a}",
            "#{T(java.lang.Runtime)}",
            "' or 1=1 --",
            "a;b=c",
            "a,b",
            "*",
            "{id}",
            "[]",
            "\\u0000",
            "é",
            "x".repeat(3000));

    private final int port;
    private final Random random;
    private final Set<Integer> statuses = new TreeSet<>();

    RandomRequests(int port, long seed) {
        this.port = port;
        this.random = new Random(seed);
    }

    /** Looks at an answer. */
    interface Check {
        void check(String request, int status, String answer);
    }

    /** Every status that was answered so far. */
    Set<Integer> statuses() {
        return statuses;
    }

    void sendNext(Check check) throws IOException {
        String request = random.nextInt(10) == 0 ? sensible() : nonsensical();
        byte[] answer;
        try {
            answer = exchange(bytes(request));
        } catch (IOException e) {
            throw new IOException("No answer to " + request, e);
        }
        String text = new String(answer, StandardCharsets.UTF_8);
        int status = text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : -1;
        statuses.add(status);
        check.check(request, status, text);
    }

    /** Now and then one that does something. */
    private String sensible() {
        String id = "/" + random.nextInt(120);
        return switch (random.nextInt(3)) {
            case 0 -> request("DELETE", id, "", "");
            case 1 -> request("POST", id, "Content-Type: application/json\r\n", "{\"atExit\": false}");
            default -> request("POST", "", "Content-Type: application/json\r\n", "{\"leakLevel\": \"advanced\"}");
        };
    }

    private String nonsensical() {
        return request(
                oneOf("GET", "GET", "GET", "POST", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"),
                some(0.6, this::path) + some(0.6, this::query),
                some(0.7, () -> "Accept: " + accept() + "\r\n")
                        + some(0.7, () -> "Content-Type: " + contentType() + "\r\n")
                        + some(0.2, this::header),
                some(0.4, this::body));
    }

    private static String request(String method, String path, String headers, String body) {
        return method + " /actuator/weakrefs" + path + " HTTP/1.1\r\n"
                + "Host: localhost\r\nConnection: close\r\n" + headers
                + (body.isEmpty() ? "" : "Content-Length: " + bytes(body).length + "\r\n")
                + "\r\n" + body;
    }

    private byte[] exchange(byte[] request) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return answer(socket.getInputStream());
        }
    }

    /** All of it; a server that has not read all of the request may reset the connection after its answer. */
    private static byte[] answer(InputStream in) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            in.transferTo(answer);
        } catch (SocketException reset) {
            if (answer.size() == 0) {
                throw reset;
            }
        }
        return answer.toByteArray();
    }

    private String path() {
        return "/"
                + oneOf(
                        nonsense(),
                        Integer.toString(random.nextInt(60)),
                        "weakRefFinalizerRegistry:" + random.nextInt(60))
                + some(0.1, () -> "/" + nonsense()) + some(0.05, () -> "/");
    }

    private String query() {
        StringBuilder query = new StringBuilder("?");
        for (int left = random.nextInt(4); left >= 0; left--) {
            query.append(oneOf(
                            "name",
                            "referentType",
                            "atExit",
                            "state",
                            "order",
                            "groupBy",
                            "age",
                            "cursor",
                            "limit",
                            "leakLevel",
                            "id",
                            "x",
                            "securityContext",
                            nonsense()))
                    .append(some(0.9, () -> "=" + nonsense()))
                    .append(left > 0 ? "&" : "");
        }
        return query.toString();
    }

    private String accept() {
        return oneOf(
                "*/*",
                "application/json",
                "text/html",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "text/*;q=0.3, application/json;q=0.2",
                "application/vnd.spring-boot.actuator.v2+json",
                "image/png",
                "text/html;q=2",
                "/",
                "json",
                nonsense());
    }

    private String contentType() {
        return oneOf(
                "application/json",
                "application/json",
                "application/json;charset=utf-16",
                "application/json;charset=nonsense",
                "application/vnd.spring-boot.actuator.v3+json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "multipart/form-data; boundary=b",
                "text/plain",
                nonsense()
                        .replace("*", "")); // which Spring's own servlet stack answers with 500, whatever is asked for
    }

    private String header() {
        return oneOf(
                        "Range",
                        "If-Modified-Since",
                        "If-None-Match",
                        "Origin",
                        "Cookie",
                        "X-Forwarded-Host",
                        "X-HTTP-Method-Override",
                        "Accept-Encoding",
                        "Authorization",
                        "Accept-Charset")
                + ": " + nonsense() + "\r\n";
    }

    private String body() {
        return oneOf(
                "{\"atExit\": " + random.nextBoolean() + "}",
                "{\"leakLevel\": \"" + oneOf("simple", "ADVANCED", "paranoid", "disabled", "loud") + "\"}",
                "{\"atExit\": \"" + nonsense().replace("\"", "") + "\", \"leakLevel\": {}}",
                "{\"id\": \"3\", \"atExit\": true}",
                "[".repeat(2000),
                "{\"atExit\": [true, false]}",
                "leakLevel=paranoid&atExit=false",
                "--b\r\nContent-Disposition: form-data; name=\"atExit\"\r\n\r\nfalse\r\n--b--\r\n",
                "\u0000\u0001",
                "{",
                "null",
                nonsense());
    }

    private String nonsense() {
        return NONSENSE.get(random.nextInt(NONSENSE.size()));
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String some(double part, Supplier<String> text) {
        return random.nextDouble() < part ? text.get() : "";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package dev.weakref.spring.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The endpoint's page for people, which reads the endpoint's JSON: it holds nothing of the application itself.
 *
 * <p>Its style and its script stand inside it, and its content security policy lets the browser use these two, known by
 * their hashes, and nothing else.
 */
final class WeakRefsHtml {

    private WeakRefsHtml() {}

    static String html() {
        String style = resource("weakrefs.css");
        String script = resource("weakrefs.js");
        return resource("weakrefs.html")
                .replace("{style-hash}", hash(style))
                .replace("{script-hash}", hash(script))
                .replace("{style}", style)
                .replace("{script}", script);
    }

    private static String resource(String name) {
        try (InputStream in = WeakRefsHtml.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("There is no " + name + " beside " + WeakRefsHtml.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return "sha256-" + Base64.getEncoder().encodeToString(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.weakref.sample.picture;

import dev.weakref.sample.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Uploading and looking at pictures. */
@RestController
@RequestMapping("/pictures")
class PictureController {

    /** A slash and all that follows, so that a name with slashes is refused for what is wrong with it. */
    private static final String ANY = "/{*path}";

    /** What a browser says of its requests that no other site has caused. */
    private static final Set<String> OUR_OWN = Set.of("same-origin", "none");

    private final Pictures pictures;

    PictureController(Pictures pictures) {
        this.pictures = pictures;
    }

    /**
     * 201 for a new name, 200 for one that was there. Any body will do, so what another site's form sends is refused.
     */
    @PostMapping(ANY)
    ResponseEntity<Uploaded> upload(
            @PathVariable String path,
            @RequestHeader(name = "Sec-Fetch-Site", defaultValue = "none") String site,
            InputStream body)
            throws IOException {
        if (!OUR_OWN.contains(site)) {
            throw new RefusedException(
                    403, "Another site", "Pages of other sites cannot upload. Use the page of this application.");
        }
        String name = path.substring(1);
        boolean replaced = pictures.store(name, body);
        ResponseEntity.BodyBuilder answer =
                replaced ? ResponseEntity.ok() : ResponseEntity.created(URI.create("/pictures/" + name));
        return answer.body(new Uploaded(name, replaced));
    }

    @GetMapping
    List<Pictures.Stored> list() throws IOException {
        return pictures.list();
    }

    @GetMapping(ANY)
    ResponseEntity<byte[]> picture(@PathVariable String path) throws IOException {
        byte[] bytes = pictures.bytes(path.substring(1));
        return ResponseEntity.ok()
                .contentType(PictureFormat.of(bytes)
                        .map(PictureFormat::mediaType)
                        .orElse(MediaType.APPLICATION_OCTET_STREAM))
                .header("X-Content-Type-Options", "nosniff") // what a stranger uploaded is never taken for a page
                .body(bytes);
    }

    record Uploaded(String name, boolean replaced) {}
}

package dev.weakref.sample;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What a user may set under {@code sample}.
 *
 * @param data where pictures, workspaces and the embedded database lie
 * @param maxUpload how large an uploaded file may be
 * @param maxConnections how many workspaces may have a connection to themselves, in PostgreSQL
 * @param maxPixels how many pixels a picture may have; one takes up to 8 bytes of heap once it is decoded
 * @param mustBeClosed whether a workspace that ends without being closed is a leak, that is, counted and reported
 */
@Validated
@ConfigurationProperties("sample")
public record SampleProperties(
        @DefaultValue("./data") @Pattern(regexp = EXPLICIT, message = "must be absolute or begin with ./") String data,

        @DefaultValue("10MB") DataSize maxUpload,
        @DefaultValue("80") @Positive int maxConnections,
        @DefaultValue("16000000") @Positive long maxPixels,
        @DefaultValue("false") boolean mustBeClosed) {

    /** The embedded database refuses other paths, and less clearly. */
    private static final String EXPLICIT = "([/\\\\]|\\.\\.?[/\\\\]|[A-Za-z]:).*";
}

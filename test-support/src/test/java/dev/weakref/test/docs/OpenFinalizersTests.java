package dev.weakref.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.test.FailOnOpenFinalizers;
import org.junit.jupiter.api.Test;

@FailOnOpenFinalizers(await = "2s", allow = "part of template-*")
class OpenFinalizersTests {

    private static final FinalizerRegistry registry = FinalizerRegistry.create("uploads");

    private final Uploads uploads = new Uploads(registry);

    @Test
    void anUploadHasAPart() {
        Uploads.Upload upload = uploads.begin("cat.png");
        assertThat(uploads.parts()).containsExactly("cat.png");
        upload.close();
    }

    @Test
    void aTemplateMayStayOpen() {
        Uploads.Upload template = uploads.begin("template-1.png");
        assertThat(template).isNotNull();
    }
}

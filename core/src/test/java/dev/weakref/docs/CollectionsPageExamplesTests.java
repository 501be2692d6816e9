package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Gc;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRefs;
import dev.weakref.WeakValueMap;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Collections, as docs/collections.md and docs/concepts.md show them. */
@Timeout(60)
class CollectionsPageExamplesTests {

    private final List<String> printed = new CopyOnWriteArrayList<>();

    @Test
    void allWhoAskForAKeyShareItsValue() {
        // example: sharing
        WeakValueMap<String, Picture> pictures = WeakValueMap.create();
        Picture shared = pictures.computeIfAbsent("cat.png", Picture::decode);
        Picture same = pictures.computeIfAbsent("cat.png", Picture::decode); // not decoded again
        // end
        assertThat(same).isSameAs(shared);
    }

    @Test
    void aBuilderTakesOptions() {
        Picture cat = Picture.decode("cat.png");
        // example: collection options
        WeakKeyMap<Picture, String> captions = WeakKeyMap.<Picture, String>builder()
                .identity()
                .name("captions")
                .expectedSize(1000)
                .onRemoval((picture, cause) -> print(cause + " " + picture))
                .build();
        // end
        captions.put(cat, "A cat");
        captions.remove(cat);

        assertThat(printed).containsExactly("EXPLICIT Picture[name=cat.png]");
        assertThat(captions.stats().name()).isEqualTo("captions");
        assertThat(captions.stats().removed()).isEqualTo(1);
    }

    @Test
    void aListenerMayBeGivenTheValue() {
        Picture cat = Picture.decode("cat.png");
        // example: removal value
        WeakKeyMap<Picture, Path> thumbnails = WeakKeyMap.<Picture, Path>builder()
                .identity()
                .onRemoval((picture, thumbnail, cause) -> print(cause + " " + thumbnail))
                .build();
        // end
        thumbnails.put(cat, Path.of("cat-small.png"));
        thumbnails.remove(cat);

        assertThat(printed).containsExactly("EXPLICIT cat-small.png");
    }

    @Test
    void aValueThatHoldsItsKeyIsRefusedWhereTheMapLooks() {
        Picture cat = Picture.decode("cat.png");
        // example: ephemeron
        record Caption(Picture of, String text) {}
        WeakKeyMap<Picture, Caption> checked = WeakKeyMap.<Picture, Caption>builder()
                .checkCaptures(CaptureCheck.FAIL)
                .build();
        assertThatIllegalArgumentException().isThrownBy(() -> checked.put(cat, new Caption(cat, "A cat")));
        // end
    }

    @Test
    void aMapMayRefuseValueBasedReferents() {
        // example: value-based
        WeakValueMap<String, Object> strict =
                WeakValueMap.<String, Object>builder().refuseValueBased(true).build();
        assertThatIllegalArgumentException().isThrownBy(() -> strict.put("answer", 1000));
        // end
        assertThat(strict).isEmpty();
    }

    @Test
    @Tag("collects")
    void aNoteGoesWithItsObject() {
        // example: notes
        WeakKeyMap<Object, String> notes = WeakKeyMap.identity();
        notes.put(new Object(), "of an object that is not held");
        Gc.awaitTrue(notes::isEmpty, "the note is still there");
        // end
        Gc.awaitTrue(() -> notes.stats().collected() == 1, "the note was not counted");
    }

    @Test
    void whatRefersToAnObjectIsListed() {
        Picture picture = Picture.decode("cat.png");
        WeakKeyMap<Picture, String> captions =
                WeakKeyMap.<Picture, String>builder().name("captions").build();
        captions.put(picture, "A cat");
        try (FinalizerRegistry registry = FinalizerRegistry.create("examples")) {
            registry.finalizer(picture).name("preview").run(() -> {});
            // example: holds
            List<WeakRefs.Hold> holds = WeakRefs.of(picture);
            holds.forEach(hold -> System.out.println(hold.kind() + " " + hold.name()));
            // end
            assertThat(holds)
                    .extracting(hold -> hold.kind() + " " + hold.name())
                    .containsExactly("FINALIZER preview", "ENTRY captions");
        }
    }

    private void print(String line) {
        printed.add(line);
    }

    record Picture(String name) {
        static Picture decode(String name) {
            return new Picture(name);
        }
    }
}

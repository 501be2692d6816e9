package dev.weakref.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Fails a test that leaves finalizers open: registered by it, in whatever registry, and neither called nor detached
 * when it is over. The failure names each, and the line that registered it.
 *
 * <pre>{@code
 * @FailOnOpenFinalizers(await = "500ms", allow = "cache of *")
 * class UploadTests { … }
 * }</pre>
 *
 * <p>On a class it holds for each of its tests, those of nested classes among them, and for the class itself: what is
 * registered outside of its tests, as in {@code @BeforeAll}, has to be closed when the class is over. On a method it
 * holds for that test, with the settings there in place of the class's.
 *
 * <p><b>When.</b> A test begins with the construction of its instance and is over when all that JUnit does for it is
 * done: after {@code @AfterEach}, {@code @AutoClose}, and what other extensions close. It asks for no
 * collection, so what nobody closed is found although nobody holds it any more; only what a collection happens to have
 * run by then is not seen, nor is what belongs to a registry that is closed or that nobody holds.
 *
 * <p><b>Whose.</b> A finalizer belongs to the test during which it was registered, by whatever thread. So these tests
 * take JUnit's global resource lock: where tests run in parallel, a class with this annotation has its turn alone.
 *
 * <p>Meanwhile all registries have the {@link dev.weakref.LeakLevel} {@code PARANOID}, to know the lines; but for those
 * that a test builds with a level of its own.
 *
 * @since 0.1
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(OpenFinalizersExtension.class)
@ResourceLock(Resources.GLOBAL)
public @interface FailOnOpenFinalizers {

    /**
     * How long to wait for other threads to close what is open: a whole number of up to nine digits and one of the
     * units {@code ms}, {@code s} and {@code m}, without a space.
     */
    String await() default "500ms";

    /**
     * The names of finalizers that may stay open, as {@link dev.weakref.FinalizerInfo} shows them; {@code *} stands for
     * any characters, or none.
     */
    String[] allow() default {};
}

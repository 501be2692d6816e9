package dev.weakref.docs;

import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Names of the API as the pages write them: {@code Type}, {@code Type.method(parameter)} and {@code Enum.CONSTANT}. */
final class JavaNames {

    private static final List<String> PACKAGES =
            List.of("dev.weakref.", "java.lang.", "java.lang.ref.", "java.util.", "java.util.concurrent.");

    private static final List<String> TEST_PACKAGES = List.of(
            "dev.weakref.",
            "dev.weakref.docs.",
            "dev.weakref.internal.deletion.",
            "dev.weakref.internal.dispatch.",
            "dev.weakref.internal.proxy.",
            "dev.weakref.internal.reap.",
            "dev.weakref.internal.support.",
            "dev.weakref.internal.table.");

    private static final Pattern NAME = Pattern.compile("((?:[A-Z]\\w*\\.)*[A-Z]\\w*)(?:\\.([a-z]\\w*))?(?:\\(.*\\))?");

    private JavaNames() {}

    /** Whether there is something public with this name. */
    static boolean isPublic(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        Optional<Class<?>> type = find(PACKAGES, matcher.group(1));
        String method = matcher.group(2);
        if (type.isPresent()) {
            return isPublic(type.get())
                    && (method == null || hasPublic(type.get().getMethods(), method));
        }
        int dot = matcher.group(1).lastIndexOf('.'); // a constant of an enum
        return dot > 0
                && method == null
                && find(PACKAGES, matcher.group(1).substring(0, dot))
                        .filter(owner -> isPublic(owner)
                                && hasPublic(owner.getFields(), matcher.group(1).substring(dot + 1)))
                        .isPresent();
    }

    /** Whether there is a test of this module with this name, its class before the dot. */
    static boolean isTest(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && find(TEST_PACKAGES, name.substring(0, dot))
                        .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                        .filter(type -> !ReflectionSupport.findMethods(
                                        type,
                                        method -> method.getName().equals(name.substring(dot + 1))
                                                && AnnotationSupport.isAnnotated(method, Testable.class),
                                        HierarchyTraversalMode.TOP_DOWN)
                                .isEmpty())
                        .isPresent();
    }

    /** The class with this name, the names of nested classes set apart by dots. */
    static Optional<Class<?>> find(List<String> packages, String name) {
        for (String each : packages) {
            try {
                return Optional.of(Class.forName(each + name.replace('.', '$')));
            } catch (ClassNotFoundException notThere) {
                // the next package, then
            }
        }
        return Optional.empty();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static boolean hasPublic(Member[] members, String name) {
        return Arrays.stream(members).anyMatch(member -> member.getName().equals(name));
    }
}

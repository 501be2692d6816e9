package dev.weakref.test;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Watches each class and each test, from the first that JUnit tells of it until it closes the store of its context,
 * which is the last that it does for it.
 */
final class OpenFinalizersExtension implements BeforeAllCallback, TestInstancePreConstructCallback, BeforeEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(OpenFinalizersExtension.class);

    /** So that what a constructor registers belongs to the test that the instance is for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        watch(context);
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext instance, ExtensionContext context) {
        watch(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        watch(context);
    }

    /** Begins to watch, unless it has begun. A store shows what is in those around it: the key tells them apart. */
    private static void watch(ExtensionContext context) {
        Store store = context.getStore(NAMESPACE);
        store.getOrComputeIfAbsent(
                context.getUniqueId(),
                id -> new OpenFinalizers(OpenFinalizerRules.of(context), around(context, store)),
                OpenFinalizers.class);
    }

    private static @Nullable OpenFinalizers around(ExtensionContext context, Store store) {
        return outwards(context.getParent())
                .flatMap(each -> Stream.ofNullable(store.get(each.getUniqueId(), OpenFinalizers.class)))
                .findFirst()
                .orElse(null);
    }

    /** A context, its parent, and so on. */
    static Stream<ExtensionContext> outwards(Optional<ExtensionContext> innermost) {
        return Stream.iterate(innermost, Optional::isPresent, each -> each.flatMap(ExtensionContext::getParent))
                .flatMap(Optional::stream);
    }
}

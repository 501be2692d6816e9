/**
 * Generates the classes of weak proxies. It knows {@link dev.weakref.internal.support} only: to it a proxy calls some
 * {@link java.lang.ref.WeakReference} that is an {@link java.lang.reflect.InvocationHandler} and a
 * {@link java.util.function.Function}, which unwraps arguments, as well.
 *
 * <p><b>Overview.</b> {@link ProxyClasses} makes a proxy for a set of interfaces in three steps.
 * <ol>
 *   <li>It chooses a host: a class in whose package and class loader the proxy class can name all its interfaces. This
 *       is the package itself if it sees all of them; otherwise the interface that sees most, or one that is not
 *       public.
 *   <li>{@link ProxyClassWriter} writes the class file by hand, as the library depends on nothing but the JDK: a final
 *       class with one field, the reference, and for each method of the interfaces a method that gets the referent,
 *       calls it, and keeps it reachable until the call has returned. Arguments of the proxy's own kind, as
 *       {@link OwnParameters} defines it, are unwrapped. A result that is the referent itself is replaced
 *       by the proxy. {@code equals}, {@code hashCode} and {@code toString} go to the reference.
 *   <li>The class is defined as a hidden class with a lookup in the host, or as an ordinary class with a unique name if
 *       the lookup may not define hidden ones. If the host's module allows neither, a {@link java.lang.reflect.Proxy}
 *       does the same by reflection.
 * </ol>
 *
 * <p>A factory for each set of interfaces is cached: in a map here if this package is the host, and otherwise in a
 * {@link java.lang.ClassValue} of the host. The cached values are types of the JDK, so neither the host's class loader
 * nor that of the library keeps the other alive. That no class can be made is cached only if it will stay so. A second
 * {@code ClassValue} has, for each generated class, the handle that reads the reference out of a proxy; that is how a
 * proxy is recognised.
 *
 * <p>A class cannot have more than 65,535 methods or constants; the writer refuses what is larger. Interfaces that are
 * sealed or hidden are refused above this package. No lock is taken: two threads may generate the same class, and the
 * cache keeps one of them.
 */
@NullMarked
package dev.weakref.internal.proxy;

import org.jspecify.annotations.NullMarked;

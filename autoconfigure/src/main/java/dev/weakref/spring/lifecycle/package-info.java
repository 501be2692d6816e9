/**
 * How the finalizers of an application context end with it: the exit pass on close, its event, the destruction of
 * prototype beans, and what an application may add to the registry that is made for it.
 *
 * <p>Knows weakref, Spring's beans and contexts, and no other package of this module.
 */
@NullMarked
package dev.weakref.spring.lifecycle;

import org.jspecify.annotations.NullMarked;

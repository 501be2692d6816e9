/**
 * Weak collections that the beans of a context share: one for each generic type and qualifier, made when first asked
 * for and injected like beans.
 *
 * <p>Knows weakref, Spring's beans and their injection, and no other package of this module.
 */
@NullMarked
package dev.weakref.spring.collections;

import org.jspecify.annotations.NullMarked;

/**
 * What a Spring application context adds to weakref: an exit pass when the context closes, weak collections shared by
 * type and qualifier, and a view of what is live for operators.
 *
 * <p>Nothing here knows of auto-configuration: {@code dev.weakref.spring.autoconfigure} wires these classes, and an
 * application may do so itself.
 */
@NullMarked
package dev.weakref.spring;

import org.jspecify.annotations.NullMarked;

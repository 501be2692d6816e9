/**
 * The auto-configurations of the starter, one per concern; each backs off alone, and {@code weakref.enabled=false}
 * switches all of them off. Public are only those types that an application may name in order to exclude them.
 */
@NullMarked
package dev.weakref.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;

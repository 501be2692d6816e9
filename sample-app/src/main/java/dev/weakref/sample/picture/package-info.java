/**
 * Uploaded pictures: stored as files, decoded once, and shared for as long as somebody works on them.
 *
 * <p>{@code Pictures} shows a {@code WeakValueMap} at work. Knows the data directory, and no other subject.
 */
@NullMarked
package dev.weakref.sample.picture;

import org.jspecify.annotations.NullMarked;

package dev.weakref.spring.collections;

import dev.weakref.CollectionStats;
import org.jspecify.annotations.Nullable;

/**
 * A shared weak collection described in words and numbers.
 *
 * @param type its generic type
 * @param name the qualifier that it was asked for with; {@code null} if there was none
 * @since 0.1
 */
public record SharedCollection(String type, @Nullable String name, CollectionStats stats) {}

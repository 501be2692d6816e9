@NullMarked
package dev.weakref.internal.reap;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.weakref.internal.deletion;

import org.jspecify.annotations.NullMarked;

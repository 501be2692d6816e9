@NullMarked
package dev.weakref.internal.support;

import org.jspecify.annotations.NullMarked;

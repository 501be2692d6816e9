@NullMarked
package dev.weakref.internal.dispatch;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.weakref.internal.proxy;

import org.jspecify.annotations.NullMarked;

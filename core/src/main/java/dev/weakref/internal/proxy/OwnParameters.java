package dev.weakref.internal.proxy;

import java.lang.reflect.GenericSignatureFormatError;
import java.lang.reflect.MalformedParameterizedTypeException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters of a method take another object of the proxy's own kind: there a proxy is unwrapped, because the
 * referent may look into the other object or compare itself with it.
 *
 * <p>It is one whose type is the interface that declares the method, as in {@code Shape.overlaps(Shape)}; or, if that
 * is generic, an interface of the proxy that extends it with itself as the argument, as {@code Money extends
 * Addable<Money>} does. The parameter of {@link Comparable#compareTo} always is one.
 */
public final class OwnParameters {

    private OwnParameters() {}

    /** Whether the parameter with this number is one, for a proxy with these interfaces. */
    public static boolean isOwn(Method method, int parameter, Set<Class<?>> interfaces) {
        Class<?> declaring = method.getDeclaringClass();
        return method.getParameterTypes()[parameter] == declaring
                || (declaring == Comparable.class && method.getName().equals("compareTo"))
                || (declaring.getTypeParameters().length > 0 && isOwnArgument(method, parameter, interfaces));
    }

    private static boolean isOwnArgument(Method method, int parameter, Set<Class<?>> interfaces) {
        Class<?> declaring = method.getDeclaringClass();
        try {
            Type formal = method.getGenericParameterTypes()[parameter];
            for (Class<?> type : interfaces) {
                Class<?> actual = formal instanceof TypeVariable<?> variable ? classOf(argument(type, variable)) : null;
                if (actual != null && declaring.isAssignableFrom(actual) && actual.isAssignableFrom(type)) {
                    return true;
                }
            }
            return false;
        } catch (TypeNotPresentException | MalformedParameterizedTypeException | GenericSignatureFormatError unknown) {
            return false; // a class that the signature names is missing
        }
    }

    /** What an interface gives for a type variable of one that it extends; {@code null} if it does not extend that. */
    private static @Nullable Type argument(Class<?> type, TypeVariable<?> variable) {
        if (variable.getGenericDeclaration() == type) {
            return variable;
        }
        for (Type extended : type.getGenericInterfaces()) {
            Class<?> parent = classOf(extended);
            Type found = parent == null ? null : argument(parent, variable);
            if (parent != null && found != null) {
                int number = Arrays.asList(parent.getTypeParameters()).indexOf(found);
                return number >= 0 && extended instanceof ParameterizedType given
                        ? given.getActualTypeArguments()[number]
                        : found;
            }
        }
        return null;
    }

    private static @Nullable Class<?> classOf(@Nullable Type type) {
        return type instanceof ParameterizedType given
                ? classOf(given.getRawType())
                : type instanceof Class<?> plain ? plain : null;
    }
}

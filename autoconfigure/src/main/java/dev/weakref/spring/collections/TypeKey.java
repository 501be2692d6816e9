package dev.weakref.spring.collections;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * A generic type that equals another one if and only if both mean the same type.
 *
 * <p>{@link ResolvableType} cannot serve: its {@code equals} asks where the type came from as well, its text has
 * names for classes, and it takes {@code ? extends T} for {@code T}.
 *
 * @param head a class, or what the arguments are parts of
 */
record TypeKey(Object head, List<TypeKey> arguments) {

    private enum Compound {
        EXTENDS,
        SUPER,
        ARRAY
    }

    /** The type without its variables; {@code null} if a variable is left over that nobody has chosen a type for. */
    static @Nullable TypeKey of(ResolvableType type) {
        Type source = type.getType();
        if (source instanceof WildcardType wildcard) {
            return wildcard.getLowerBounds().length > 0
                    ? of(Compound.SUPER, wildcard.getLowerBounds(), type)
                    : of(Compound.EXTENDS, wildcard.getUpperBounds(), type);
        }
        // The documented text of a variable without a type; there is no method that tells.
        if (source instanceof TypeVariable<?> && type.toString().equals("?")) {
            return null;
        }
        if (type.isArray()) {
            return of(Compound.ARRAY, List.of(type.getComponentType()));
        }
        if (source instanceof Class<?> raw) {
            return new TypeKey(raw, List.of());
        }
        List<ResolvableType> parts = new ArrayList<>(Arrays.asList(type.getGenerics()));
        if (source instanceof ParameterizedType inner && inner.getOwnerType() instanceof ParameterizedType outer) {
            parts.add(ResolvableType.forType(outer, type));
        }
        return of(type.resolve(Object.class), parts);
    }

    private static @Nullable TypeKey of(Compound head, Type[] bounds, ResolvableType owner) {
        return of(
                head,
                Arrays.stream(bounds)
                        .map(bound -> ResolvableType.forType(bound, owner))
                        .toList());
    }

    private static @Nullable TypeKey of(Object head, List<ResolvableType> parts) {
        List<TypeKey> arguments = new ArrayList<>();
        for (ResolvableType part : parts) {
            TypeKey argument = of(part);
            if (argument == null) {
                return null;
            }
            arguments.add(argument);
        }
        return new TypeKey(head, List.copyOf(arguments));
    }

    /** Whether it has type arguments, and none of them is itself a wildcard. */
    boolean isExact() {
        return !arguments.isEmpty()
                && arguments.stream()
                        .noneMatch(argument -> argument.head == Compound.EXTENDS || argument.head == Compound.SUPER);
    }

    /** As in source code, but with full names. */
    @Override
    public String toString() {
        String parts = arguments.stream().map(TypeKey::toString).collect(Collectors.joining(", "));
        if (head instanceof Compound compound) {
            return switch (compound) {
                case EXTENDS -> "? extends " + parts;
                case SUPER -> "? super " + parts;
                case ARRAY -> parts + "[]";
            };
        }
        String name = ((Class<?>) head).getName();
        return arguments.isEmpty() ? name : name + "<" + parts + ">";
    }
}

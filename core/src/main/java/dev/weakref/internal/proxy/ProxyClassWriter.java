package dev.weakref.internal.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes the class file of a weak proxy: a final class with one field, a {@code WeakReference}, whose methods do
 *
 * <pre>{@code
 * R method(A a) {
 *     Object referent = reference.get();          // throws if it is gone
 *     try {
 *         R result = referent.method(a);
 *         return result == referent ? this : result;
 *     } finally {
 *         Reference.reachabilityFence(referent);
 *     }
 * }
 * }</pre>
 *
 * <p>An argument of the proxy's own kind is unwrapped before that by the reference, which is a {@code Function}; if
 * the result is what was unwrapped, the argument itself is returned.
 *
 * <p>It names no types but the JDK's and those of the interfaces, so that it can be defined in any class loader. It
 * needs no casts, because the verifier treats an interface as {@code Object}; so it may return types that it could not
 * cast to. The class file version is that of Java 5, the last one for which the verifier needs no
 * {@code StackMapTable}.
 *
 * <p>The format is that of the Java Virtual Machine Specification, chapter 4.
 */
public final class ProxyClassWriter {

    static final String REFERENCE_FIELD = "weakref$reference";

    /** Java 5. */
    private static final int VERSION = 49;

    /** The largest {@code u2}, in which the class file counts. */
    private static final int LARGEST_COUNT = 0xffff;

    private static final String REFERENCE = "java/lang/ref/WeakReference";
    private static final String REFERENCE_TYPE = "L" + REFERENCE + ";";
    private static final String OBJECT = "java/lang/Object";
    private static final String FUNCTION = "java/util/function/Function";

    /** Access flags (tables 4.1-B, 4.5-A, 4.6-A of the specification), and then instructions (chapter 6.5). */
    private static final int ACC_PUBLIC = 0x0001;

    private static final int ACC_FINAL = 0x0010;
    private static final int ACC_FINAL_SUPER_SYNTHETIC = 0x1030;

    private static final int ALOAD = 0x19;
    private static final int ASTORE = 0x3a;
    private static final int ALOAD_0 = 0x2a;
    private static final int ALOAD_1 = 0x2b;
    private static final int IRETURN = 0xac;
    private static final int ARETURN = 0xb0;
    private static final int RETURN = 0xb1;
    private static final int GETFIELD = 0xb4;
    private static final int PUTFIELD = 0xb5;
    private static final int INVOKEVIRTUAL = 0xb6;
    private static final int INVOKESPECIAL = 0xb7;
    private static final int INVOKESTATIC = 0xb8;
    private static final int INVOKEINTERFACE = 0xb9;
    private static final int ATHROW = 0xbf;
    private static final int IF_ACMPNE = 0xa6;

    private final ConstantPoolWriter pool = new ConstantPoolWriter();
    private final String name;
    private final Set<Class<?>> interfaces;

    private ProxyClassWriter(String name, Set<Class<?>> interfaces) {
        this.name = name.replace('.', '/');
        this.interfaces = interfaces;
    }

    /**
     * A method to forward, and the interface through which to call it: one that the proxy can see, while it may not see
     * the interface that declares the method.
     */
    record Forward(Class<?> through, Method method) {

        String name() {
            return method.getName();
        }

        MethodType type() {
            return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
        }

        String descriptor() {
            return type().toMethodDescriptorString();
        }
    }

    /**
     * The class file of a proxy with these interfaces and methods.
     *
     * @throws IllegalArgumentException if these are more than one class can have
     */
    static byte[] write(String name, Set<Class<?>> interfaces, Collection<Forward> methods) {
        try {
            return new ProxyClassWriter(name, interfaces).classFile(methods);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private byte[] classFile(Collection<Forward> methods) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(ACC_FINAL_SUPER_SYNTHETIC);
        out.writeShort(pool.type(name));
        out.writeShort(pool.type(OBJECT));
        out.writeShort(interfaces.size());
        for (Class<?> each : interfaces) {
            out.writeShort(pool.type(internalName(each)));
        }
        out.writeShort(1);
        out.writeShort(ACC_FINAL);
        out.writeShort(pool.utf8(REFERENCE_FIELD));
        out.writeShort(pool.utf8(REFERENCE_TYPE));
        out.writeShort(0);
        out.writeShort(methods.size() + 4);
        constructor(out);
        toReference(out, "equals", "(Ljava/lang/Object;)Z", IRETURN);
        toReference(out, "hashCode", "()I", IRETURN);
        toReference(out, "toString", "()Ljava/lang/String;", ARETURN);
        for (Forward method : methods) {
            forwarder(out, method);
        }
        out.writeShort(0);
        if (methods.size() + 4 > LARGEST_COUNT || pool.count() > LARGEST_COUNT) {
            throw new IllegalArgumentException("No class can forward the " + methods.size() + " methods of "
                    + interfaces + "; name smaller interfaces");
        }

        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream file = new DataOutputStream(whole);
        file.writeInt(0xcafebabe);
        file.writeInt(VERSION);
        file.writeShort(pool.count());
        pool.writeTo(file);
        file.write(body.toByteArray());
        return whole.toByteArray();
    }

    private void constructor(DataOutputStream out) throws IOException {
        MethodCode code = new MethodCode();
        code.op(ALOAD_0);
        code.op(INVOKESPECIAL, pool.method(OBJECT, "<init>", "()V"));
        code.op(ALOAD_0);
        code.op(ALOAD_1);
        code.op(PUTFIELD, pool.field(name, REFERENCE_FIELD, REFERENCE_TYPE));
        code.op(RETURN);
        method(out, "<init>", "(" + REFERENCE_TYPE + ")V", code, 2, 2);
    }

    /** The methods of {@code Object}, which the reference implements for its proxy. */
    private void toReference(DataOutputStream out, String method, String descriptor, int opReturn) throws IOException {
        boolean argument = !descriptor.startsWith("()");
        MethodCode code = new MethodCode();
        reference(code);
        if (argument) {
            code.op(ALOAD_1);
        }
        code.op(INVOKEVIRTUAL, pool.method(OBJECT, method, descriptor));
        code.op(opReturn);
        method(out, method, descriptor, code, 2, 2);
    }

    private void forwarder(DataOutputStream out, Forward forward) throws IOException {
        MethodType type = forward.type();
        Map<Integer, Class<?>> parameters = new LinkedHashMap<>(); // by their slots
        int arguments = 1;
        for (Class<?> parameter : type.parameterList()) {
            parameters.put(arguments, parameter);
            arguments += slots(parameter);
        }
        int referent = arguments;
        MethodCode code = new MethodCode();
        reference(code);
        code.op(INVOKEVIRTUAL, pool.method(REFERENCE, "get", "()Ljava/lang/Object;"));
        code.local(ASTORE, referent);
        Map<Integer, Integer> unwrapped = unwrap(code, forward, parameters.keySet(), referent + 2);
        int begin = code.size();
        code.local(ALOAD, referent);
        parameters.forEach((slot, parameter) -> code.local(load(parameter), unwrapped.getOrDefault(slot, slot)));
        code.op(
                INVOKEINTERFACE,
                pool.interfaceMethod(internalName(forward.through), forward.name(), forward.descriptor()));
        code.write(arguments);
        code.write(0);
        fences(code, referent, unwrapped.values());
        if (isOwnType(type.returnType())) {
            returnIfResultIs(code, referent, 0, referent + 1);
        }
        parameters.forEach((slot, parameter) -> {
            Integer held = unwrapped.get(slot);
            if (held != null && type.returnType().isAssignableFrom(parameter)) {
                returnIfResultIs(code, held, slot, referent + 1);
            }
        });
        code.op(returnOf(type.returnType()));
        int end = code.size();
        fences(code, referent, unwrapped.values());
        code.op(ATHROW);
        code.handles(begin, end, end);
        method(out, forward.name(), forward.descriptor(), code, arguments + 4, arguments + 2 + unwrapped.size());
    }

    /** Unwraps arguments of the proxy's own kind into further slots; returns these by the slots of the arguments. */
    private Map<Integer, Integer> unwrap(MethodCode code, Forward forward, Collection<Integer> slots, int free)
            throws IOException {
        Map<Integer, Integer> unwrapped = new LinkedHashMap<>();
        int number = 0;
        for (int slot : slots) {
            if (OwnParameters.isOwn(forward.method, number++, interfaces)) {
                int held = free + unwrapped.size();
                unwrapped.put(slot, held);
                reference(code);
                code.local(ALOAD, slot);
                code.op(INVOKEINTERFACE, pool.interfaceMethod(FUNCTION, "apply", "(L" + OBJECT + ";)L" + OBJECT + ";"));
                code.write(2);
                code.write(0);
                code.local(ASTORE, held);
            }
        }
        return unwrapped;
    }

    /** Returns what is in another slot if the result, on top of the stack, is what was held during the call. */
    private static void returnIfResultIs(MethodCode code, int held, int returned, int result) {
        code.local(ASTORE, result);
        code.local(ALOAD, result);
        code.local(ALOAD, held);
        code.op(IF_ACMPNE, 6); // skips itself and the return; no parameter is beyond slot 254
        code.local(ALOAD, returned);
        code.op(ARETURN);
        code.local(ALOAD, result);
    }

    private void fences(MethodCode code, int referent, Collection<Integer> unwrapped) throws IOException {
        fence(code, referent);
        for (int held : unwrapped) {
            fence(code, held);
        }
    }

    private void fence(MethodCode code, int referent) throws IOException {
        code.local(ALOAD, referent);
        code.op(INVOKESTATIC, pool.method("java/lang/ref/Reference", "reachabilityFence", "(Ljava/lang/Object;)V"));
    }

    private void reference(MethodCode code) throws IOException {
        code.op(ALOAD_0);
        code.op(GETFIELD, pool.field(name, REFERENCE_FIELD, REFERENCE_TYPE));
    }

    /** Whether a proxy may stand for a result of this type. */
    private boolean isOwnType(Class<?> returned) {
        return returned == Object.class || interfaces.stream().anyMatch(returned::isAssignableFrom);
    }

    private void method(DataOutputStream out, String method, String descriptor, MethodCode code, int stack, int locals)
            throws IOException {
        out.writeShort(ACC_PUBLIC);
        out.writeShort(pool.utf8(method));
        out.writeShort(pool.utf8(descriptor));
        out.writeShort(1);
        out.writeShort(pool.utf8("Code"));
        byte[] body = code.bytes.toByteArray();
        out.writeInt(12 + body.length + code.handlers.size());
        out.writeShort(stack);
        out.writeShort(locals);
        out.writeInt(body.length);
        out.write(body);
        out.writeShort(code.handlers.size() / 8);
        out.write(code.handlers.toByteArray());
        out.writeShort(0);
    }

    private static int slots(Class<?> type) {
        return type == long.class || type == double.class ? 2 : 1;
    }

    private static int load(Class<?> type) {
        return !type.isPrimitive()
                ? ALOAD
                : type == long.class ? 0x16 : type == float.class ? 0x17 : type == double.class ? 0x18 : 0x15;
    }

    private static int returnOf(Class<?> type) {
        return !type.isPrimitive()
                ? ARETURN
                : type == void.class
                        ? RETURN
                        : type == long.class
                                ? 0xad
                                : type == float.class ? 0xae : type == double.class ? 0xaf : IRETURN;
    }

    private static String internalName(Class<?> type) {
        return type.isArray() ? type.descriptorString() : type.getName().replace('.', '/');
    }
}

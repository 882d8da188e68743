using System.Reflection;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class MethodRoundTripTests
{
    private static readonly Config _few = Config.QuickThrowOnFailure.WithMaxTest(10); // only ten tests, because exceptions are slow

    [TestCaseSource(typeof(MethodTypes), nameof(MethodTypes.All))]
    public void What_is_written_reads_back(Type type) => CallFor(type, nameof(AssertReadsBack));

    [TestCaseSource(typeof(MethodTypes), nameof(MethodTypes.All))]
    public void Arguments_cut_short_anywhere_are_a_frame_error(Type type) => CallFor(type, nameof(AssertCutIsRefused));

    [TestCaseSource(typeof(MethodTypes), nameof(MethodTypes.All))]
    public void Arguments_with_a_byte_too_many_are_a_frame_error(Type type) => CallFor(type, nameof(AssertTooLongIsRefused));

    private static void AssertReadsBack<TMethod>()
        where TMethod : struct, IMethod<TMethod> =>
        Prop.ForAll(MethodsOf<TMethod>().ToArbitrary(), written =>
        {
            var read = MethodArguments.Read<TMethod>(Encoded.Arguments(written));
            foreach (var property in typeof(TMethod).GetProperties(BindingFlags.Public | BindingFlags.Instance))
                Assert.That(property.GetValue(read), Is.EqualTo(property.GetValue(written)), property.Name);
        }).QuickCheckThrowOnFailure();

    private static void AssertCutIsRefused<TMethod>()
        where TMethod : struct, IMethod<TMethod> =>
        Prop.ForAll(MethodsOf<TMethod>().Resize(5).ToArbitrary(), written =>
        {
            byte[] arguments = Encoded.Arguments(written);
            for (int length = 0; length < arguments.Length; length++)
                Assert.That(() => MethodArguments.Read<TMethod>(arguments.AsSpan(0, length)), Throws.AmqpError(ReplyCode.FrameError));
        }).Check(_few);

    private static void AssertTooLongIsRefused<TMethod>()
        where TMethod : struct, IMethod<TMethod> =>
        Prop.ForAll(MethodsOf<TMethod>().Resize(5).ToArbitrary(), written =>
            Assert.That(() => MethodArguments.Read<TMethod>([.. Encoded.Arguments(written), 0]), Throws.AmqpError(ReplyCode.FrameError)))
            .Check(_few);

    private static Gen<TMethod> MethodsOf<TMethod>()
        where TMethod : struct
    {
        // A struct always has a constructor without parameters. The constructor with the most parameters is the primary one.
        var parameters = typeof(TMethod).GetConstructors().Select(constructor => constructor.GetParameters()).MaxBy(found => found.Length)
            ?? [];
        return parameters
            .Select(parameter => Generators.ArgumentOf(parameter.ParameterType))
            .Aggregate(
                Gen.Constant(Array.Empty<object>()),
                (all, next) => all.SelectMany(_ => next, (values, value) => values.Append(value).ToArray()))
            .Select(values => (TMethod)Activator.CreateInstance(typeof(TMethod), values)!);
    }

    private static void CallFor(Type type, string name) =>
        typeof(MethodRoundTripTests).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type)
            .CreateDelegate<Action>()
            .Invoke();
}

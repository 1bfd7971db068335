//! What a receiver does not take or does not keep, by its settings.

use promvet_syntax::go;

use super::super::receiver::SettingName;
use super::KnownSetting;
use super::reading::ProgramReading;

/// The limits of a receiver. One that is not in sight is none, and so are all of them where those of a
/// tenant may be others.
#[derive(Clone, Debug, Default)]
pub struct ReceiverLimits {
    /// The most samples in one request.
    pub batch_samples: Option<KnownSetting<u64>>,
    /// The most bytes in one request, before compression.
    pub batch_bytes: Option<KnownSetting<u64>>,
    /// Whether it keeps exemplars.
    pub exemplars: Option<KnownSetting<bool>>,
    /// Whether it keeps native histograms.
    pub native_histograms: Option<KnownSetting<bool>>,
    /// How much older than the newest sample another one may be, in milliseconds.
    pub out_of_order_window: Option<KnownSetting<i64>>,
    /// The age above which it rejects samples, in milliseconds.
    pub max_age: Option<KnownSetting<i64>>,
    /// How it tells replicas from each other.
    pub ha: Option<HaTracker>,
}

/// How a receiver tells the replicas of a Prometheus from each other.
#[derive(Clone, Debug)]
pub struct HaTracker {
    /// Whether it does. The setting that is off, if one is.
    pub is_on: KnownSetting<bool>,
    /// The label of what the replicas are of.
    pub cluster: String,
    /// The label of the replica.
    pub replica: String,
}

impl ReceiverLimits {
    pub(super) fn of(read: &ProgramReading<'_>) -> Self {
        if read.is_there(SettingName::Overrides) != Some(false) {
            return Self::default();
        }
        // Others may be set in the containers of other parts.
        let part = read.text(SettingName::Part);
        let is_whole = part.is_none_or(|part| {
            part.is_some_and(|part| part.value.split(',').any(|text| text.trim() == "all"))
        });
        let counts = |is_default: bool| is_whole || !is_default;
        let number = |name| known(read.text(name)?, |text| text.parse().ok(), counts);
        let switch = |name| known(read.text(name)?, on, counts);
        let span = |name| known(read.text(name)?, milliseconds, counts);
        let rejects_old = switch(SettingName::RejectsOld).is_some_and(|on| on.value);
        Self {
            batch_samples: number(SettingName::BatchSamples).filter(|most| {
                most.value > 0 && read.is_there(SettingName::BatchFactor) == Some(false)
            }),
            batch_bytes: number(SettingName::BatchBytes).filter(|most| most.value > 0),
            exemplars: switch(SettingName::Exemplars),
            native_histograms: switch(SettingName::NativeHistograms),
            out_of_order_window: span(SettingName::OutOfOrderWindow),
            max_age: span(SettingName::MaxAge).filter(|_| rejects_old),
            ha: ha(
                read,
                switch(SettingName::HaTracker),
                switch(SettingName::HaSamples),
            ),
        }
    }
}

fn ha(
    read: &ProgramReading<'_>,
    tracker: Option<KnownSetting<bool>>,
    samples: Option<KnownSetting<bool>>,
) -> Option<HaTracker> {
    let (tracker, samples) = (tracker?, samples?);
    let label = |name| Some(read.text(name)??.value);
    Some(HaTracker {
        is_on: match tracker.value {
            true => samples,
            false => tracker,
        },
        cluster: label(SettingName::HaCluster)?,
        replica: label(SettingName::HaReplica)?,
    })
}

/// The value of a setting that is written or has a default which counts.
fn known<T>(
    text: Option<KnownSetting<String>>,
    read: impl Fn(&str) -> Option<T>,
    counts: impl Fn(bool) -> bool,
) -> Option<KnownSetting<T>> {
    let text = text?;
    if !counts(text.place.is_none()) {
        return None;
    }
    Some(KnownSetting {
        value: read(text.value.trim())?,
        place: text.place,
    })
}

/// A switch, or a number that is one: zero is off.
fn on(text: &str) -> Option<bool> {
    match text.parse::<i64>() {
        Ok(number) => Some(number > 0),
        Err(_) => super::reading::on_or_off(text),
    }
}

fn milliseconds(text: &str) -> Option<i64> {
    let read = go::duration::duration(text).ok()?;
    Some(read.milliseconds)
}
